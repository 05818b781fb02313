// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineReader {
    typealias Fields = [String: SourceNode.Member]

    /// What a step of some form does.
    mutating func work(_ form: StepForm, _ fields: Fields, _ node: SourceNode) -> StepWork {
        switch form {
        case .uses:
            return .use(
                fields["uses"].flatMap { self.text($0) } ?? "", with: self.arguments(fields["with"]))
        case .steps: return .group(self.block("steps", fields), otherwise: self.block("else", fields))
        case .switch:
            return .choose(
                self.expression("switch", fields), cases: self.cases(fields["cases"]),
                otherwise: self.block("default", fields))
        case .forEach: return .forEach(self.forEach(fields))
        case .while:
            // A loop without a condition has been told; the steps inside it are checked all the same.
            guard let condition = fields["while"].flatMap({ self.formula($0) }) else {
                return .group(self.block("steps", fields), otherwise: [])
            }
            return .loop(self.loop(condition, fields))
        case .parallel:
            return .parallel(
                self.branches(fields["parallel"]), concurrency: fields["concurrency"].flatMap { self.integer($0) })
        case .pipe: return .pipe(self.block("pipe", fields))
        case .try:
            return .attempt(
                self.block("try", fields), catching: fields["catch"].map { self.steps($0) },
                finally: self.block("finally", fields))
        case .call: return .call(self.call(fields))
        case .waitFor:
            return .wait(question: self.expression("wait_for", fields), choices: self.choices(fields["choices"]))
        case .sleep: return .sleep(fields["sleep"].flatMap { self.duration($0) } ?? .zero)
        case .fail: return .fail(self.expression("fail", fields))
        }
    }

    private mutating func block(_ key: String, _ fields: Fields) -> [StepDeclaration] {
        fields[key].map { self.steps($0) } ?? []
    }

    private func expression(_ key: String, _ fields: Fields) -> ValueExpression {
        fields[key]?.value.expression ?? ValueExpression(.null)
    }

    private mutating func arguments(_ member: SourceNode.Member?) -> [StepArgument] {
        guard let member else { return [] }
        guard let fields = member.value.members else {
            self.wrongType(member, "a mapping of the step's inputs", example: "{text: \"${inputs.text}\"}")
            return []
        }
        return fields.map { StepArgument($0.key, $0.value.expression, place: $0.keyPlace) }
    }

    private mutating func cases(_ member: SourceNode.Member?) -> [SwitchCase] {
        guard let member else { return [] }
        guard let cases = member.value.members else {
            self.wrongType(member, "a mapping of values to lists of steps", example: "{yes: [{uses: …}]}")
            return []
        }
        return cases.map { SwitchCase($0.key, steps: self.steps($0), place: $0.keyPlace) }
    }

    /// The branches of `parallel`: lists of steps by their names, or a list of single steps.
    private mutating func branches(_ member: SourceNode.Member?) -> [[StepDeclaration]] {
        guard let member else { return [] }
        if let branches = member.value.members { return branches.map { self.steps($0) } }
        return self.steps(member).map { [$0] }
    }

    private mutating func choices(_ member: SourceNode.Member?) -> [String] {
        guard let member else { return [] }
        guard let elements = member.value.elements else {
            self.wrongType(member, "a list of texts", example: "[yes, no]")
            return []
        }
        return elements.map(\.json.plainText)
    }

    private mutating func forEach(_ fields: Fields) -> ForEachLoop {
        var loop = ForEachLoop(self.expression("for_each", fields), steps: self.block("steps", fields))
        loop.concurrency = fields["concurrency"].flatMap { self.integer($0) } ?? 1
        loop.output = fields["output"]?.value.expression
        if let member = fields["as"] {
            loop.variable = self.text(member) ?? loop.variable
            if !loop.variable.isWord || ["inputs", "index"].contains(loop.variable) {
                self.issues.append(
                    PipelineIssue(
                        member.value.place, "'\(loop.variable)' is no name for a loop's variable.",
                        suggestion: "Use letters, digits and '_', and neither 'inputs' nor 'index'."))
            }
        }
        return loop
    }

    private mutating func loop(_ condition: Formula, _ fields: Fields) -> WhileLoop {
        var loop = WhileLoop(condition, limit: 1, steps: self.block("steps", fields))
        loop.conditionPlace = fields["while"]?.value.place
        loop.limit = fields["limit"].flatMap { self.integer($0) } ?? 1
        loop.initial = fields["initial"]?.value.expression
        loop.output = fields["output"]?.value.expression
        guard let member = fields["at_limit"], let word = self.text(member) else { return loop }
        loop.failsAtLimit = word != "stop"
        if !["stop", "fail"].contains(word) {
            self.issues.append(
                PipelineIssue(
                    member.value.place, "'at_limit' cannot be '\(word)'.",
                    suggestion: NearestName.hint(for: word, in: ["stop", "fail"])))
        }
        return loop
    }

    private mutating func call(_ fields: Fields) -> PipelineCall {
        let arguments = self.arguments(fields["with"])
        guard let member = fields["call"] else { return PipelineCall(nil, name: "", with: arguments) }
        if member.value.members != nil {
            let content = self.content(member.value)
            return PipelineCall(content, name: content.name, with: arguments)
        }
        guard let name = self.text(member) else { return PipelineCall(nil, name: "", with: arguments) }
        let isFile = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        let found =
            isFile
            ? self.pipeline(in: name, at: member.value.place) : self.pipeline(named: name, at: member.value.place)
        return PipelineCall(found?.0, name: name, with: arguments, key: found?.key)
    }
}
