// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineReader {
    mutating func inputs(_ member: SourceNode.Member) -> [PipelineInput] {
        guard let members = member.value.members else {
            self.wrongType(
                member, "a mapping of names to {type, description, default}", example: "{text: {type: string}}")
            return []
        }
        return members.map { input in
            var declared = PipelineInput(input.key, place: input.keyPlace)
            if case .scalar(.null) = input.value.kind { return declared }
            for field in self.members(
                of: input.value, "The input '\(input.key)'", known: ["type", "description", "default"])
            {
                switch field.key {
                case "type": declared.type = self.type(field)
                case "description": declared.description = self.text(field) ?? ""
                default: declared.defaultValue = field.value.json
                }
            }
            return declared
        }
    }

    mutating func type(_ field: SourceNode.Member) -> ValueType {
        let known = ValueType.allCases.map(\.rawValue)
        guard let name = self.text(field) else { return .any }
        guard let type = ValueType(rawValue: name) else {
            self.issues.append(
                PipelineIssue(
                    field.value.place, "There is no type '\(name)'.", suggestion: NearestName.hint(for: name, in: known)
                ))
            return .any
        }
        return type
    }

    /// The members of a mapping, without those whose keys are not known.
    mutating func members(of node: SourceNode, _ owner: String, known: [String]) -> [SourceNode.Member] {
        guard let members = node.members else {
            self.issues.append(
                PipelineIssue(
                    node.place, "\(owner) must be a mapping, but is of type \(node.typeName).",
                    suggestion: "It knows the keys \(known.joined(separator: ", "))."))
            return []
        }
        return members.filter { member in
            if known.contains(member.key) { return true }
            self.issues.append(
                PipelineIssue(
                    member.keyPlace, "\(owner) has the unknown key '\(member.key)'.",
                    suggestion: NearestName.hint(for: member.key, in: known)))
            return false
        }
    }

    mutating func text(_ member: SourceNode.Member) -> String? {
        if let text = member.value.string { return text }
        self.wrongType(member, "a text", example: Self.quoted(member.value))
        return nil
    }

    /// A value that stands where a text must be, as a text; of longer ones only that they go in quotes.
    private static func quoted(_ node: SourceNode) -> String {
        if case .scalar(let value) = node.kind, value != .null { "\"\(value.plainText)\"" } else { "\"…\"" }
    }

    /// A version; `1.0` without quotes is a number to YAML.
    mutating func version(_ member: SourceNode.Member) -> String {
        if case .scalar(let value) = member.value.kind, value.numberValue != nil { return value.serialized() }
        return self.text(member) ?? ""
    }

    /// Tells that a value is of a wrong type.
    ///
    /// - Parameters:
    ///   - wanted: What it must be.
    ///   - example: How that is written, such as `4`.
    mutating func wrongType(_ member: SourceNode.Member, _ wanted: String, example: String) {
        self.issues.append(
            PipelineIssue(
                member.value.place, "'\(member.key)' must be \(wanted), but is of type \(member.value.typeName).",
                suggestion: "Write it as '\(member.key): \(example)'."))
    }

    mutating func integer(_ member: SourceNode.Member) -> Int? {
        if case .scalar(let value) = member.value.kind, let number = value.integerValue { return number }
        self.wrongType(member, "a whole number", example: "4")
        return nil
    }

    mutating func number(_ member: SourceNode.Member) -> Double? {
        if case .scalar(let value) = member.value.kind, let number = value.numberValue { return number }
        self.wrongType(member, "a number", example: "1.5")
        return nil
    }

    mutating func flag(_ member: SourceNode.Member) -> Bool {
        if case .scalar(.bool(let flag)) = member.value.kind { return flag }
        self.wrongType(member, "true or false", example: "true")
        return false
    }

    /// A length of time, such as `1.5s` or `20m`; a number is in seconds.
    mutating func duration(_ member: SourceNode.Member) -> Duration? {
        if case .scalar(let value) = member.value.kind,
            let duration = Duration(written: value.plainText, usualUnit: "s")
        {
            return duration
        }
        self.wrongType(member, "a length of time such as 500ms, 30s, 5m, 2h or 1d", example: "30s")
        return nil
    }

    /// An expression; YAML's own `true` and `false` are expressions too.
    mutating func formula(_ member: SourceNode.Member) -> Formula? {
        guard case .scalar(let value) = member.value.kind, value != .null else {
            self.wrongType(member, "an expression such as \"item.score > 3\"", example: "'item.score > 3'")
            return nil
        }
        do { return try Formula(value.plainText) } catch {
            self.issues.append(PipelineIssue(member.value.place, error.message))
            return nil
        }
    }
}
