// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A macro, with the variables around its definition.
final class MacroValue: ObjectValue {
    let macro: MacroBody
    let layout: FunctionLayout
    let code: TemplateCode
    let context: TemplateContext
    let frame: SlotFrame
    let escapesOutput: Bool

    init(_ macro: MacroBody, in renderer: Renderer) {
        self.macro = macro
        self.code = renderer.code
        self.layout = renderer.code.functions[macro.function]
        self.context = renderer.context
        self.frame = renderer.frame
        self.escapesOutput = renderer.escapesOutput
    }

    override var typeName: String { "Macro" }
    override var text: String { "<Macro \(self.macro.name.map(\.pythonQuoted) ?? "anonymous")>" }
    override var isCallable: Bool { true }

    override func attribute(_ name: String, _ renderer: Renderer) throws -> Value? {
        switch name {
        case "name": self.macro.name.map { .string($0) } ?? Value.none
        case "arguments": .tuple(self.macro.parameters.map { .string($0.name.name) })
        case "catch_kwargs": .bool(self.layout.usesKeywordArguments)
        case "catch_varargs": .bool(self.layout.usesVariableArguments)
        case "caller": .bool(self.layout.usesCaller)
        default: nil
        }
    }

    override func call(_ arguments: Arguments, _ renderer: Renderer) throws -> Value {
        let callerEscapes = renderer.context.autoescape
        var bound = try self.bind(arguments, renderer)
        let text = try renderer.called {
            try renderer.run(code: self.code, context: self.context, escapes: self.escapesOutput) {
                let frame = SlotFrame(count: self.layout.slotCount, parent: self.frame)
                renderer.frame = frame
                renderer.enter(self.layout.entry)
                return try renderer.capture {
                    try self.fill(&bound, renderer)
                    _ = try renderer.execute(self.macro.body)
                }
            }
        }
        return callerEscapes ? .markup(text) : .string(text)
    }

    /// A call's arguments, sorted by what the macro asked for.
    private struct Bound {
        var parameters: [Value?] = []
        var caller: Value?
        var keyword: [(name: String, value: Value)] = []
        var variable: [Value] = []
    }

    private func bind(_ arguments: Arguments, _ renderer: Renderer) throws -> Bound {
        var bound = Bound()
        bound.keyword = arguments.keyword
        let names = self.macro.parameters.map(\.name.name)
        bound.parameters = arguments.positional.prefix(names.count).map { $0 }
        var foundCaller = bound.parameters.count == names.count && names.contains("caller")
        for name in names.dropFirst(bound.parameters.count) {
            foundCaller = foundCaller || name == "caller"
            bound.parameters.append(bound.keyword.removeFirst(named: name))
        }
        if self.layout.usesCaller, !foundCaller {
            bound.caller = bound.keyword.removeFirst(named: "caller") ?? renderer.undefined("No caller defined")
            if case .some(.none) = bound.caller { bound.caller = renderer.undefined("No caller defined") }
        }
        if !self.layout.usesKeywordArguments, let extra = bound.keyword.first {
            let known = NearestName.hint(for: extra.name, in: names)
            throw TemplateFailure.type(
                "macro '\(self.macro.name ?? "caller")' takes no keyword argument '\(extra.name)'. \(known)")
        }
        bound.variable = Array(arguments.positional.dropFirst(names.count))
        if !self.layout.usesVariableArguments, !bound.variable.isEmpty {
            throw TemplateFailure.type(
                "macro '\(self.macro.name ?? "caller")' takes not more than \(names.count) argument(s)")
        }
        return bound
    }

    private func fill(_ bound: inout Bound, _ renderer: Renderer) throws {
        let names = self.code.names
        for (parameter, value) in zip(self.macro.parameters, bound.parameters) {
            renderer.frame[names[parameter.name.id]] = value ?? .missing
        }
        if let caller = bound.caller { renderer.frame[names[self.macro.caller.id]] = caller }
        if self.layout.usesKeywordArguments {
            let pairs = bound.keyword.map { (key: $0.name, value: $0.value) }
            renderer.frame[names[self.macro.keywordArguments.id]] = .dict(DictValue(strings: pairs))
        }
        if self.layout.usesVariableArguments {
            renderer.frame[names[self.macro.variableArguments.id]] = .tuple(bound.variable)
        }
        for parameter in self.macro.parameters {
            let reference = names[parameter.name.id]
            guard case .missing = renderer.frame[reference] else { continue }
            renderer.frame[reference] =
                try parameter.defaultValue.map { try renderer.evaluate($0) }
                ?? renderer.undefined("parameter '\(parameter.name.name)' was not provided")
        }
    }
}

extension [(name: String, value: Value)] {
    /// Takes a keyword argument out.
    mutating func removeFirst(named name: String) -> Value? {
        guard let index = self.firstIndex(where: { $0.name == name }) else { return nil }
        return self.remove(at: index).value
    }
}

extension Renderer {
    func makeMacro(_ macro: MacroBody) -> Value {
        self.willDispose(self.frame)
        return .object(MacroValue(macro, in: self))
    }

    func execute(_ call: CallBlockStatement) throws {
        let caller = self.makeMacro(call.macro)
        let function = try self.evaluate(call.callee)
        var arguments = try self.evaluate(call.arguments)
        self.position = call.position
        arguments.keyword.append(("caller", caller))
        try self.writeUnconverted(try self.call(function, arguments))
    }

    /// Runs a part of another function or template and comes back.
    func run<Result>(
        code: TemplateCode, context: TemplateContext, escapes: Bool, _ body: () throws -> Result
    ) throws -> Result {
        let outer = (self.code, self.context, self.frame, self.escapesOutput, self.parent, self.position)
        (self.code, self.context, self.escapesOutput, self.parent) = (code, context, escapes, nil)
        let result = try body()
        // After a failure nothing is restored, so that the message names the place where it happened.
        (self.code, self.context, self.frame, self.escapesOutput, self.parent, self.position) = outer
        return result
    }
}
