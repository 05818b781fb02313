// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineReader {
    mutating func steps(_ member: SourceNode.Member) -> [StepDeclaration] {
        guard let elements = member.value.elements else {
            self.wrongType(
                member, "a list of steps, each starting with '- '", example: "[{uses: generate, with: {prompt: …}}]")
            return []
        }
        return elements.enumerated().map { index, element in self.step(element, number: index + 1) }
    }

    private mutating func step(_ node: SourceNode, number: Int) -> StepDeclaration {
        let members = self.members(of: node, "Step \(number)", known: StepForm.allKeys)
        let fields = Dictionary(members.map { ($0.key, $0) }) { first, _ in first }
        let form = self.form(fields, node, number: number)
        self.checkKeys(members, form, number: number)
        var step = StepDeclaration("", self.work(form, fields, node))
        step.place = node.place
        step.usesPlace = fields[form.rawValue]?.value.place
        // Without an id a step goes by its kind; steps that hold others have that in common, and get a number.
        step.id = self.id(fields["id"]) ?? (form == .uses ? step.uses : "")
        step.when = fields["when"].flatMap { self.formula($0) }
        step.whenPlace = fields["when"]?.value.place
        step.timeout = fields["timeout"].flatMap { self.duration($0) }
        step.retry = fields["retry"].map { self.retry($0) }
        step.isBreakpoint = fields["breakpoint"].map { self.flag($0) } ?? false
        return step
    }

    private mutating func id(_ member: SourceNode.Member?) -> String? {
        guard let member, let id = self.text(member) else { return nil }
        let reserved = [
            "inputs": "the pipeline's inputs", "error": "what a 'try' has caught", "last": "a loop's last turn",
        ]
        if let meaning = reserved[id] {
            self.issues.append(
                PipelineIssue(
                    member.value.place, "'\(id)' is no id for a step: it stands for \(meaning).",
                    suggestion: "Use letters, digits, '-' and '_'."))
        } else if !id.isWord {
            self.issues.append(
                PipelineIssue(
                    member.value.place, "'\(id)' is no id for a step.",
                    suggestion: "Use letters, digits, '-' and '_'."))
        }
        return id.isEmpty ? nil : id
    }

    /// Which form a step has, by its keys.
    private mutating func form(
        _ fields: [String: SourceNode.Member], _ node: SourceNode, number: Int
    ) -> StepForm {
        let given = StepForm.allCases.filter { fields[$0.rawValue] != nil }
        let form = given.first ?? .uses
        for other in given.dropFirst() where !form.companions.contains(other.rawValue) {
            self.issues.append(
                PipelineIssue(
                    fields[other.rawValue]?.keyPlace,
                    "Step \(number) has both '\(form.rawValue)' and '\(other.rawValue)'.",
                    suggestion: "Make two steps of it."))
        }
        guard node.members != nil else { return form }
        for key in form.requiredKeys where fields[key] == nil {
            let example = key == "uses" ? "Name a kind of step, such as 'uses: generate'." : "Add '\(key): …'."
            self.issues.append(PipelineIssue(node.place, "Step \(number) lacks '\(key)'.", suggestion: example))
        }
        return form
    }

    private mutating func checkKeys(_ members: [SourceNode.Member], _ form: StepForm, number: Int) {
        let forms = StepForm.allCases.map(\.rawValue)
        for member in members where !form.keys.contains(member.key) && !forms.contains(member.key) {
            let others = StepForm.allCases.filter { $0.companions.contains(member.key) }.map { "'\($0.rawValue)'" }
            self.issues.append(
                PipelineIssue(
                    member.keyPlace, "Step \(number) has '\(member.key)', which does not go with '\(form.rawValue)'.",
                    suggestion: "It goes with \(others.joined(separator: ", "))."))
        }
    }

    private mutating func retry(_ member: SourceNode.Member) -> RetryPolicy {
        var policy = RetryPolicy()
        if case .scalar(let value) = member.value.kind, let attempts = value.integerValue {
            policy.attempts = attempts
            return policy
        }
        let keys = ["attempts", "backoff", "factor", "max_backoff", "jitter"]
        for field in self.members(of: member.value, "'retry'", known: keys) {
            switch field.key {
            case "attempts": policy.attempts = self.integer(field) ?? policy.attempts
            case "backoff": policy.backoff = self.duration(field) ?? policy.backoff
            case "factor": policy.factor = self.number(field) ?? policy.factor
            case "max_backoff": policy.maximumBackoff = self.duration(field) ?? policy.maximumBackoff
            default: policy.jitter = self.number(field) ?? policy.jitter
            }
        }
        return policy
    }
}
