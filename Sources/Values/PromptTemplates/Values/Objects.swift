// SPDX-License-Identifier: Apache-2.0

/// Python's `range`.
final class RangeValue: ObjectValue {
    let start: Int
    let stop: Int
    let step: Int

    init(start: Int, stop: Int, step: Int) {
        self.start = start
        self.stop = stop
        self.step = step
    }

    override var typeName: String { "range" }
    override var text: String {
        self.step == 1 ? "range(\(self.start), \(self.stop))" : "range(\(self.start), \(self.stop), \(self.step))"
    }
    override var isTrue: Bool { self.length > 0 }
    override var count: Int? { self.length }

    private var length: Int {
        guard self.step > 0 ? self.start < self.stop : self.start > self.stop else { return 0 }
        return Int(clamping: (self.distance(to: self.stop) - 1) / self.step.magnitude + 1)
    }

    /// How far a number is from the start; two numbers may be further apart than `Int` reaches.
    private func distance(to number: Int) -> UInt {
        UInt(bitPattern: self.step > 0 ? number &- self.start : self.start &- number)
    }

    /// An element; the sum fits where the product does not, so both wrap.
    private func element(_ index: Int) -> Int { self.start &+ index &* self.step }

    /// A part of the range, which is a range again.
    func slice(_ indices: SliceIndices) throws -> RangeValue {
        func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Int {
            guard !result.overflow else { throw Value.overflow() }
            return result.partialValue
        }
        func bound(_ index: Int) throws -> Int {
            try checked(self.start.addingReportingOverflow(checked(index.multipliedReportingOverflow(by: self.step))))
        }
        return RangeValue(
            start: try bound(indices.first), stop: try bound(indices.last),
            step: try checked(self.step.multipliedReportingOverflow(by: indices.step)))
    }

    func isSame(as other: RangeValue) -> Bool {
        self.length == other.length
            && (self.length == 0 || self.start == other.start && (self.length == 1 || self.step == other.step))
    }

    func contains(_ element: Value) -> Bool { self.offset(of: element) != nil }

    func index(of element: Value) -> Int? { self.offset(of: element).flatMap { Int(exactly: $0) } }

    /// The place of a number in the range.
    private func offset(of element: Value) -> UInt? {
        guard let number = element.number else { return nil }
        let whole: Int
        switch number {
        case .int(let value): whole = value
        case .float(let value):
            guard let value = Int(exactly: value) else { return nil }
            whole = value
        }
        let isInside =
            self.step > 0 ? whole >= self.start && whole < self.stop : whole <= self.start && whole > self.stop
        let (index, remainder) = self.distance(to: whole).quotientAndRemainder(dividingBy: self.step.magnitude)
        return isInside && remainder == 0 ? index : nil
    }

    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? {
        switch name {
        case "start": .int(self.start)
        case "stop": .int(self.stop)
        case "step": .int(self.step)
        default: BuiltinMethods.bind(name, to: .object(self)).map { .object($0) }
        }
    }

    override func item(_ key: Value) throws -> Value? {
        guard var index = key.indexValue else { return nil }
        if index < 0 { index += self.length }
        guard index >= 0, index < self.length else { return nil }
        return .int(self.element(index))
    }

    override func iterator() throws -> ValueIterator? {
        var next = 0
        let length = self.length
        return ValueIterator { [self] in
            guard next < length else { return nil }
            next += 1
            return .int(self.element(next - 1))
        }
    }
}

/// A Python iterator, such as a filter's result; it can be read once.
final class GeneratorValue: ObjectValue {
    private let source: ValueIterator
    /// Set by the filter that made it, whose input it holds on to.
    var inputDepth = 0

    init(_ source: ValueIterator) { self.source = source }

    override var depth: Int { self.inputDepth + 1 }

    /// A generator whose elements are computed when the first is asked for.
    convenience init(lazily compute: @escaping () throws -> [Value]) {
        var iterator: ValueIterator?
        self.init(
            ValueIterator {
                if let iterator { return try iterator.next() }
                let started = ValueIterator(try compute())
                iterator = started
                return try started.next()
            })
    }

    override var typeName: String { "generator" }
    override func iterator() throws -> ValueIterator? { self.source }
}

/// The keys, values or items of a dictionary, as they are at any time.
final class DictView: ObjectValue {
    enum Part: String {
        case keys
        case values
        case items
    }

    let dict: DictValue
    let part: Part

    init(_ dict: DictValue, _ part: Part) {
        self.dict = dict
        self.part = part
    }

    var elements: [Value] {
        switch self.part {
        case .keys: self.dict.keys
        case .values: self.dict.values
        case .items: self.dict.pairs.map { .tuple([$0, $1]) }
        }
    }

    override var typeName: String { "dict_\(self.part.rawValue)" }
    override var depth: Int { self.dict.depth + 1 }
    override var count: Int? { self.dict.count }
    override var isTrue: Bool { self.dict.count > 0 }
    override func iterator() throws -> ValueIterator? { ValueIterator(self.elements) }
    override func text(depth: Int) throws -> String {
        "\(self.typeName)(\(try Value.list(self.elements).representation(depth: depth + 1)))"
    }
}

/// A bag of attributes that templates may set, also from inner scopes.
final class NamespaceValue: ObjectValue {
    private(set) var attributes = DictValue()

    init(_ attributes: DictValue) { self.attributes = attributes }

    override var typeName: String { "Namespace" }
    override func text(depth: Int) throws -> String {
        "<Namespace \(try Value.dict(self.attributes).representation(depth: depth + 1))>"
    }
    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? { self.attributes[name] }
    override func item(_ key: Value) throws -> Value? { try self.attributes.get(key) }
    override func clear() { self.attributes = DictValue() }
    func set(_ name: String, _ value: Value) { self.attributes[name] = value }
}

/// A function of the engine.
final class FunctionValue: ObjectValue {
    let name: String
    private let ownerDepth: Int
    private let signature: MethodSignature
    private let body: (Arguments, Renderer) throws -> Value

    init(
        _ name: String, ownerDepth: Int = 0, _ signature: MethodSignature = .any,
        _ body: @escaping (Arguments, Renderer) throws -> Value
    ) {
        self.name = name
        self.ownerDepth = ownerDepth
        self.signature = signature
        self.body = body
    }

    override var typeName: String { "function" }
    override var depth: Int { self.ownerDepth + 1 }
    override var text: String {
        switch self.name {
        case "range", "dict": "<class '\(self.name)'>"
        case "namespace", "cycler", "joiner": "<class 'jinja2.utils.\(self.name.capitalizedASCII)'>"
        default: "<function \(self.name)>"
        }
    }
    override var isCallable: Bool { true }
    override func call(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        try self.signature.check(arguments, of: self.name)
        return try self.body(arguments, renderer)
    }
}

/// Gives its values in turn.
final class CyclerValue: ObjectValue {
    private let values: [Value]
    private var position = 0

    init(_ values: [Value]) { self.values = values }

    override var typeName: String { "Cycler" }
    override var depth: Int { Value.depth(around: self.values) }

    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? {
        switch name {
        case "current": return self.values[self.position]
        case "pos": return .int(self.position)
        case "items": return .tuple(self.values)
        case "next":
            return .object(
                FunctionValue("next", ownerDepth: self.depth, .none) { [self] _, _ in
                    defer { self.position = (self.position + 1) % self.values.count }
                    return self.values[self.position]
                })
        case "reset":
            return .object(
                FunctionValue("reset", ownerDepth: self.depth, .none) { [self] _, _ in
                    self.position = 0
                    return .none
                })
        default: return nil
        }
    }
}

/// Gives nothing the first time and a separator from then on.
final class JoinerValue: ObjectValue {
    private let separator: Value
    private var used = false

    init(_ separator: Value) { self.separator = separator }

    override var typeName: String { "Joiner" }
    override var depth: Int { self.separator.depth + 1 }
    override var isCallable: Bool { true }
    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? {
        switch name {
        case "sep": return self.separator
        case "used": return .bool(self.used)
        default: return nil
        }
    }
    override func call(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        try MethodSignature.none.check(arguments, of: "joiner")
        defer { self.used = true }
        return self.used ? self.separator : .string("")
    }
}

extension String {
    fileprivate var capitalizedASCII: String { self.prefix(1).uppercased() + self.dropFirst() }
}
