// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One of Jinja's tests.
struct BuiltinTest: Sendable {
    /// How many arguments it takes after the value.
    private let arity: Int
    private let body: @Sendable (Value, [Value], Renderer) throws -> Bool

    private init(_ arity: Int = 0, _ body: @escaping @Sendable (Value, [Value], Renderer) throws -> Bool) {
        self.arity = arity
        self.body = body
    }

    func holds(for value: Value, _ arguments: Arguments, _ renderer: Renderer) throws -> Bool {
        let given = arguments.positional + arguments.keyword.map(\.value)
        guard given.count == self.arity else {
            throw TemplateFailure.type("the test takes \(self.arity) arguments, not \(given.count)")
        }
        return try self.body(value, given, renderer)
    }

    static func hint(_ name: String) -> String { NearestName.hint(for: name, in: self.all.keys.sorted()) }

    private static func comparison(_ operation: Comparison) -> BuiltinTest {
        BuiltinTest(1) { value, arguments, renderer in try value.compare(operation, arguments[0], renderer) }
    }

    private static func remainder(_ value: Value, _ divisor: Value, _ renderer: Renderer) throws -> Value {
        try value.apply(.modulo, divisor, renderer)
    }

    static let all: [String: BuiltinTest] = {
        var all = Self.comparisons
        all.merge(Self.types) { first, _ in first }
        all.merge(Self.others) { first, _ in first }
        return all
    }()

    private static let comparisons: [String: BuiltinTest] = {
        let names: [(Comparison, [String])] = [
            (.equal, ["==", "eq", "equalto"]), (.notEqual, ["!=", "ne"]),
            (.greater, [">", "gt", "greaterthan"]), (.greaterOrEqual, [">=", "ge"]),
            (.less, ["<", "lt", "lessthan"]), (.lessOrEqual, ["<=", "le"]), (.in, ["in"]),
        ]
        var tests: [String: BuiltinTest] = [:]
        for (operation, aliases) in names { for alias in aliases { tests[alias] = Self.comparison(operation) } }
        return tests
    }()

    private static let types: [String: BuiltinTest] = [
        "defined": BuiltinTest { value, _, _ in !value.isUndefined },
        "undefined": BuiltinTest { value, _, _ in value.isUndefined },
        "none": BuiltinTest { value, _, _ in value.isNone },
        "boolean": BuiltinTest { value, _, _ in if case .bool = value { true } else { false } },
        "true": BuiltinTest { value, _, _ in if case .bool(true) = value { true } else { false } },
        "false": BuiltinTest { value, _, _ in if case .bool(false) = value { true } else { false } },
        "integer": BuiltinTest { value, _, _ in if case .int = value { true } else { false } },
        "float": BuiltinTest { value, _, _ in if case .float = value { true } else { false } },
        "number": BuiltinTest { value, _, _ in value.number != nil },
        "string": BuiltinTest { value, _, _ in value.isString },
        "mapping": BuiltinTest { value, _, _ in if case .dict = value { true } else { false } },
        "sequence": BuiltinTest { value, _, _ in
            switch value {
            case .string, .markup, .list, .tuple, .dict: true
            case .undefined(let undefined): undefined.mode != .strict
            case .object(let object): object is RangeValue
            default: false
            }
        },
        "iterable": BuiltinTest { value, _, _ in try value.iterator() != nil },
        "callable": BuiltinTest { value, _, _ in
            switch value {
            case .object(let object): object.isCallable
            case .undefined: true
            default: false
            }
        },
        "escaped": BuiltinTest { value, _, _ in value.isMarkup },
    ]

    private static let others: [String: BuiltinTest] = [
        "odd": BuiltinTest { value, _, renderer in try Self.remainder(value, .int(2), renderer).equals(.int(1)) },
        "even": BuiltinTest { value, _, renderer in try Self.remainder(value, .int(2), renderer).equals(.int(0)) },
        "divisibleby": BuiltinTest(1) { value, arguments, renderer in
            try Self.remainder(value, arguments[0], renderer).equals(.int(0))
        },
        "lower": BuiltinTest { value, _, _ in
            let text = try value.text()
            return text.unicodeScalars.contains { $0.properties.isLowercase }
                && !text.unicodeScalars.contains { $0.properties.isUppercase }
        },
        "upper": BuiltinTest { value, _, _ in
            let text = try value.text()
            return text.unicodeScalars.contains { $0.properties.isUppercase }
                && !text.unicodeScalars.contains { $0.properties.isLowercase }
        },
        "filter": BuiltinTest { value, _, _ in value.stringValue.map { BuiltinFilter.all[$0] != nil } ?? false },
        "test": BuiltinTest { value, _, _ in value.stringValue.map { BuiltinTest.all[$0] != nil } ?? false },
        "sameas": BuiltinTest(1) { value, arguments, _ in value.isIdentical(to: arguments[0]) },
    ]
}

extension Value {
    /// Python's `is`, as far as it can be relied on: singletons, small integers and objects.
    func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.none, .none), (.undefined, .undefined): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.list(let left), .list(let right)): left === right
        case (.dict(let left), .dict(let right)): left === right
        case (.tuple(let left), .tuple(let right)): left === right
        case (.object(let left), .object(let right)): left === right
        case (.string(let left), .string(let right)): left.hasSameCodePoints(as: right)
        case (.float(let left), .float(let right)): left == right
        default: false
        }
    }
}
