// SPDX-License-Identifier: Apache-2.0

/// The methods of Python's built-in types that templates use.
enum BuiltinMethods {
    typealias Body<Owner> = @Sendable (Owner, MethodCall) throws -> Value

    static let names = Set(Self.string.keys).union(Self.list.keys).union(Self.dict.keys)
        .union(["count", "index", "real", "imag", "is_integer", "bit_length", "grouper", "list"])

    private static let mutatingList: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]
    private static let mutatingDict: Set<String> = ["clear", "pop", "popitem", "setdefault", "update"]

    static func isMutating(_ name: String, of value: Value) -> Bool {
        switch value {
        case .list: self.mutatingList.contains(name)
        case .dict: self.mutatingDict.contains(name)
        default: false
        }
    }

    /// A value's method, ready to be called.
    static func bind(_ name: String, to value: Value) -> ObjectValue? {
        switch value {
        case .string(let text), .markup(let text):
            self.string[name].map {
                self.bound(name, StringOwner(text: text, isMarkup: value.isMarkup), .string(name), $0)
            }
        case .list(let list): self.list[name].map { self.bound(name, list, depth: list.depth, .list(name), $0) }
        case .dict(let dict): self.dict[name].map { self.bound(name, dict, depth: dict.depth, .dict(name), $0) }
        case .tuple(let tuple):
            self.tuple[name].map { self.bound(name, tuple, depth: tuple.depth, .sequence(name), $0) }
        case .float(let number): self.float[name].map { self.bound(name, number, .none, $0) }
        case .int(let number): self.int[name].map { self.bound(name, number, .none, $0) }
        case .object(let range as RangeValue): self.range[name].map { self.bound(name, range, .one, $0) }
        default: nil
        }
    }

    private static func bound<Owner>(
        _ name: String, _ owner: Owner, depth: Int = 0, _ signature: MethodSignature, _ body: @escaping Body<Owner>
    ) -> ObjectValue {
        FunctionValue(name, ownerDepth: depth, signature) { arguments, renderer in
            try body(owner, MethodCall(name: name, arguments: arguments, renderer: renderer))
        }
    }

    private static let tuple: [String: Body<TupleValue>] = [
        "count": { tuple, call in
            let wanted = try call.required(0)
            return .int(tuple.elements.count { $0.equals(wanted) })
        },
        "index": { tuple, call in try Self.index(of: call, in: tuple.elements, "tuple") },
    ]

    private static let range: [String: Body<RangeValue>] = [
        "count": { range, call in .int(range.contains(try call.required(0)) ? 1 : 0) },
        "index": { range, call in
            let wanted = try call.required(0)
            guard let index = range.index(of: wanted) else {
                throw TemplateFailure.value("\(try wanted.representation()) is not in range")
            }
            return .int(index)
        },
    ]

    private static let float: [String: Body<Double>] = [
        "is_integer": { number, _ in .bool(number.isFinite && number == number.rounded()) }
    ]

    private static let int: [String: Body<Int>] = [
        "bit_length": { number, _ in .int(Int.bitWidth - Int(number.magnitude.leadingZeroBitCount)) }
    ]

    static func index(of call: MethodCall, in elements: [Value], _ type: String) throws -> Value {
        let wanted = try call.required(0)
        func bound(_ index: Int, _ fallback: Int) throws -> Int {
            let value = try call.integer(index, default: fallback)
            return min(max(value < 0 ? value + elements.count : value, 0), elements.count)
        }
        let (start, stop) = (try bound(1, 0), try bound(2, elements.count))
        guard start < stop, let found = elements[start..<stop].firstIndex(where: { $0.equals(wanted) }) else {
            throw TemplateFailure.value("\(try wanted.representation()) is not in \(type)")
        }
        return .int(found)
    }
}

/// One call of a method.
struct MethodCall {
    let name: String
    let arguments: Arguments
    let renderer: Renderer

    subscript(_ index: Int) -> Value? {
        self.arguments.positional.indices.contains(index) ? self.arguments.positional[index] : nil
    }

    /// An argument by place or name, nil also where it is `None`.
    func some(_ index: Int, _ name: String) -> Value? {
        guard let value = self[index] ?? self.arguments.value(name), !value.isNone else { return nil }
        return value
    }

    func required(_ index: Int) throws -> Value {
        guard let value = self[index] else {
            throw TemplateFailure.type("\(self.name)() takes at least \(index + 1) argument(s)")
        }
        return value
    }

    func string(_ index: Int) throws -> String {
        let value = try self.required(index)
        guard let text = value.stringValue else {
            throw TemplateFailure.type("\(self.name)() argument \(index + 1) must be str, not \(value.typeName)")
        }
        return text
    }

    func integer(_ index: Int, default fallback: Int) throws -> Int {
        guard let value = self[index] else { return fallback }
        return try self.integer(value)
    }

    func integer(_ value: Value) throws -> Int {
        guard let number = value.indexValue else {
            throw TemplateFailure.type("'\(value.typeName)' object cannot be interpreted as an integer")
        }
        return number
    }
}
