// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One call of a filter, its arguments sorted by parameter.
struct FilterCall {
    let name: String
    let value: Value
    let arguments: [Value?]
    /// The arguments as written, for filters that take any.
    let raw: Arguments
    let renderer: Renderer

    /// An argument, nil where it was not given.
    subscript(_ index: Int) -> Value? { self.arguments[index] }

    /// An argument, nil also where it is `None`.
    func some(_ index: Int) -> Value? {
        guard let value = self.arguments[index], !value.isNone else { return nil }
        return value
    }

    func flag(_ index: Int, default fallback: Bool = false) throws -> Bool {
        try self.arguments[index]?.isTrue() ?? fallback
    }

    /// Whether to sort in reverse; Python takes only a whole number here, so that `sort('name')` is an error.
    func direction(_ index: Int) throws -> Bool {
        guard let value = self.arguments[index] else { return false }
        guard let number = value.indexValue else {
            throw TemplateFailure.type("'\(value.typeName)' object cannot be interpreted as an integer")
        }
        return number != 0
    }

    func integer(_ index: Int, default fallback: Int) throws -> Int {
        guard let value = self.arguments[index] else { return fallback }
        return try self.integer(value)
    }

    func integer(_ value: Value) throws -> Int {
        if case .undefined(let undefined) = value { throw undefined.failure }
        guard let number = value.indexValue else {
            throw TemplateFailure.type("'\(value.typeName)' object cannot be interpreted as an integer")
        }
        return number
    }

    func text(_ index: Int, default fallback: String = "") throws -> String {
        try self.arguments[index]?.text() ?? fallback
    }

    /// The value as a string that keeps being safe in HTML if it is.
    func softString() throws -> Value { self.value.isString ? self.value : .string(try self.value.text()) }

    var escapes: Bool { self.renderer.context.autoescape }

    func invalid(_ message: String) -> TemplateFailure { TemplateFailure(.invalidArgument, message) }
}

/// One of Jinja's filters.
struct BuiltinFilter: Sendable {
    let name: String
    private let signature: Signature
    private let body: @Sendable (FilterCall) throws -> Value

    init(
        _ name: String, _ parameters: [String] = [], required: Int = 0, takesAny: Bool = false,
        _ body: @escaping @Sendable (FilterCall) throws -> Value
    ) {
        self.name = name
        self.signature = Signature(parameters: parameters, required: required, takesAny: takesAny)
        self.body = body
    }

    func apply(to value: Value, _ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        try renderer.step()
        let bound = try self.signature.bind(arguments, of: "the filter '\(self.name)'")
        let result = try self.body(
            FilterCall(name: self.name, value: value, arguments: bound, raw: arguments, renderer: renderer))
        if case .object(let generator as GeneratorValue) = result {
            let given = Value.depth(around: arguments.positional + arguments.keyword.map(\.value))
            generator.inputDepth = max(value.depth, given)
        }
        return try renderer.checkDepth(of: result)
    }

    /// The filters by name, aliases included.
    static let all: [String: BuiltinFilter] = {
        let groups = [Self.text, Self.html, Self.numbers, Self.sequences, Self.selections, Self.conversions]
        var all: [String: BuiltinFilter] = [:]
        for filter in groups.joined() { all[filter.name] = filter }
        for (alias, name) in [("e", "escape"), ("d", "default"), ("count", "length")] { all[alias] = all[name] }
        return all
    }()

    static func hint(_ name: String) -> String { NearestName.hint(for: name, in: self.all.keys.sorted()) }
}

/// The parameters of a function or filter.
struct Signature: Sendable {
    let parameters: [String]
    var required = 0
    var takesAny = false

    /// Sorts arguments by parameter, as Python does.
    func bind(_ arguments: Arguments, of function: String) throws -> [Value?] {
        if self.takesAny { return [] }
        guard arguments.positional.count <= self.parameters.count else {
            throw TemplateFailure.type(
                "\(function) takes at most \(self.parameters.count) arguments, not \(arguments.positional.count)")
        }
        var bound: [Value?] = arguments.positional
        bound += Array(repeating: nil, count: self.parameters.count - bound.count)
        for (name, value) in arguments.keyword {
            guard let index = self.parameters.firstIndex(of: name) else {
                throw TemplateFailure.type(
                    "\(function) got an unexpected keyword argument '\(name)'. "
                        + NearestName.hint(for: name, in: self.parameters))
            }
            guard bound[index] == nil else {
                throw TemplateFailure.type("\(function) got multiple values for argument '\(name)'")
            }
            bound[index] = value
        }
        if let missing = bound.prefix(self.required).firstIndex(where: { $0 == nil }) {
            throw TemplateFailure.type("\(function) is missing the argument '\(self.parameters[missing])'")
        }
        return bound
    }
}

extension Array {
    /// Sorts so that equal elements keep their order.
    func stableSorted(_ isLess: (Element, Element) throws -> Bool) rethrows -> [Element] {
        // The standard library's sort is stable in practice but does not promise it.
        try self.enumerated().sorted { left, right in
            if try isLess(left.element, right.element) { return true }
            return try left.offset < right.offset && !isLess(right.element, left.element)
        }.map(\.element)
    }
}
