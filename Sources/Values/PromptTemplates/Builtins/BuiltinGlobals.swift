// SPDX-License-Identifier: Apache-2.0

/// The functions that every template sees.
enum BuiltinGlobals {
    /// The longest range in the sandbox, as in Jinja's.
    private static let maximumRange = 100_000

    static func pairs(_ value: Value) throws -> [(Value, Value)] {
        if case .dict(let dict) = value { return dict.pairs }
        if case .undefined(let undefined) = value { throw undefined.failure }
        return try value.elements().map { element in
            let pair = try element.elements()
            guard pair.count == 2 else {
                throw TemplateFailure.value(
                    "dictionary update sequence element has length \(pair.count); 2 is required")
            }
            return (pair[0], pair[1])
        }
    }

    private static func dictionary(_ arguments: Arguments, _ renderer: Renderer) throws -> DictValue {
        guard arguments.positional.count <= 1 else { throw TemplateFailure.type("dict expected at most 1 argument") }
        let dict = try DictValue(try arguments.positional.first.map { try self.pairs($0) } ?? [])
        for (name, value) in arguments.keyword { dict[name] = value }
        try renderer.charge(count: dict.count)
        return dict
    }

    private static func range(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        guard (1...3).contains(arguments.positional.count), arguments.keyword.isEmpty else {
            throw TemplateFailure.type("range expected 1 to 3 arguments, got \(arguments.positional.count)")
        }
        let numbers = try arguments.positional.map { value in
            if case .undefined(let undefined) = value { throw undefined.failure }
            guard let number = value.indexValue else {
                throw TemplateFailure.type("'\(value.typeName)' object cannot be interpreted as an integer")
            }
            return number
        }
        let step = numbers.count > 2 ? numbers[2] : 1
        guard step != 0 else { throw TemplateFailure.value("range() arg 3 must not be zero") }
        let range = RangeValue(
            start: numbers.count > 1 ? numbers[0] : 0, stop: numbers.count > 1 ? numbers[1] : numbers[0], step: step)
        if renderer.options.sandboxed, range.count ?? 0 > self.maximumRange {
            throw TemplateFailure(
                .overflow, "Range too big. The sandbox blocks ranges larger than \(self.maximumRange) items.")
        }
        return .object(range)
    }

    static let all: [(name: String, body: @Sendable (Arguments, Renderer) throws -> Value)] = [
        ("range", { try Self.range($0, $1) }),
        ("dict", { .dict(try Self.dictionary($0, $1)) }),
        (
            "namespace",
            { arguments, renderer in
                let namespace = NamespaceValue(try Self.dictionary(arguments, renderer))
                renderer.willDispose(namespace)
                return .object(namespace)
            }
        ),
        (
            "cycler",
            { arguments, _ in
                guard !arguments.positional.isEmpty else {
                    throw TemplateFailure.runtime("at least one item has to be provided")
                }
                return .object(CyclerValue(arguments.positional))
            }
        ),
        (
            "joiner",
            { arguments, _ in
                .object(JoinerValue(arguments.positional.first ?? arguments.value("sep") ?? .string(", ")))
            }
        ),
        (
            "lipsum",
            { _, _ in
                throw TemplateFailure.runtime("lipsum() is left out here; write the filler text into the template.")
            }
        ),
    ]

    /// What Hugging Face adds for chat templates.
    static let chat: [(name: String, body: @Sendable (Arguments, Renderer) throws -> Value)] = [
        (
            "raise_exception",
            { arguments, _ in
                throw TemplateFailure(.refusedByTemplate, try arguments.positional.first?.text() ?? "")
            }
        ),
        (
            "strftime_now",
            { arguments, renderer in
                guard let format = arguments.positional.first?.stringValue else {
                    throw TemplateFailure.type("strftime_now() takes a format string")
                }
                return .string(renderer.environment.clock.format(format))
            }
        ),
    ]
}

extension JinjaEnvironment {
    /// The variables that every template sees.
    func globalValues(_ renderer: Renderer) -> [String: Value] {
        var values: [String: Value] = [:]
        for (name, body) in BuiltinGlobals.all { values[name] = .object(FunctionValue(name, .global(name), body)) }
        if self.options.sandboxed {
            for (name, body) in BuiltinGlobals.chat { values[name] = .object(FunctionValue(name, .one, body)) }
        }
        for (name, value) in self.globals { values[name] = Value(value) }
        return values
    }
}
