// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension Pipeline {
    /// Reads a pipeline from YAML and checks it.
    ///
    /// ```yaml
    /// pipeline: capital
    /// inputs:
    ///   country: {type: string}
    /// steps:
    ///   - id: answer
    ///     uses: generate
    ///     with: {prompt: "The capital of ${inputs.country}?"}
    /// output: "${answer.text}"
    /// ```
    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: Its name, for messages.
    ///   - registry: The kinds of steps that it may use.
    /// - Throws: ``InvalidPipelineError`` with everything that is wrong, each with its line and column.
    public init(yaml: String, file: String = "pipeline.yaml", registry: StepRegistry = .standard) throws {
        var source = SourceReader(file: file, beginning: "A pipeline begins with 'pipeline: name'.")
        var reader = PipelineReader()
        let root: SourceNode
        do { root = try source.read(yaml) } catch let error as SourceError {
            throw InvalidPipelineError([
                PipelineIssue(error.place, error.problem, suggestion: error.suggestion)
            ])
        }
        let content = reader.read(root)
        try self.init(content, issues: reader.issues, registry: registry)
    }
}

/// Turns YAML values into a pipeline's parts, noting everything that does not fit.
private struct PipelineReader {
    var issues: [PipelineIssue] = []

    mutating func read(_ root: SourceNode) -> PipelineContent {
        var content = PipelineContent()
        content.place = root.place
        let keys = ["pipeline", "version", "description", "inputs", "steps", "output"]
        for member in self.members(of: root, "The file", known: keys) {
            switch member.key {
            case "pipeline": content.name = self.text(member) ?? ""
            case "version": content.version = self.version(member)
            case "description": content.description = self.text(member) ?? ""
            case "inputs": content.inputs = self.inputs(member)
            case "steps": content.steps = self.steps(member)
            default: content.output = member.value.expression
            }
        }
        let given = Set(root.members?.map(\.key) ?? [])
        for key in ["pipeline", "steps"] where root.members != nil && !given.contains(key) {
            self.issues.append(
                PipelineIssue(root.place, "The key '\(key)' is missing.", suggestion: "Add '\(key): …'."))
        }
        return content
    }

    // MARK: - Parts

    private mutating func inputs(_ member: SourceNode.Member) -> [PipelineInput] {
        guard let members = member.value.members else {
            self.wrongType(member, "a mapping of names to {type, description, default}")
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

    private mutating func type(_ field: SourceNode.Member) -> ValueType {
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

    private mutating func steps(_ member: SourceNode.Member) -> [StepDeclaration] {
        guard let elements = member.value.elements else {
            self.wrongType(member, "a list of steps, each starting with '- '")
            return []
        }
        return elements.enumerated().map { index, element in self.step(element, number: index + 1) }
    }

    private mutating func step(_ node: SourceNode, number: Int) -> StepDeclaration {
        var step = StepDeclaration("", uses: "")
        step.place = node.place
        for member in self.members(of: node, "Step \(number)", known: ["id", "uses", "with"]) {
            switch member.key {
            case "id":
                step.id = self.text(member) ?? ""
                if let problem = Self.problem(withID: step.id) {
                    self.issues.append(
                        PipelineIssue(member.value.place, problem, suggestion: "Use letters, digits, '-' and '_'."))
                }
            case "uses":
                step.uses = self.text(member) ?? ""
                step.usesPlace = member.value.place
            default:
                guard let fields = member.value.members else {
                    self.wrongType(member, "a mapping of the step's inputs")
                    continue
                }
                step.with = fields.map { ($0.key, $0.value.expression, $0.keyPlace) }
            }
        }
        if node.members != nil, step.usesPlace == nil {
            self.issues.append(
                PipelineIssue(
                    node.place, "Step \(number) lacks 'uses'.",
                    suggestion: "Name a kind of step, such as 'uses: generate'."))
        }
        // Without an id a step goes by its kind.
        if step.id.isEmpty { step.id = step.uses }
        return step
    }

    static func problem(withID id: String) -> String? {
        if id == "inputs" { return "'inputs' is no id for a step: it stands for the pipeline's inputs." }
        let isWord = id.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        return isWord && !id.isEmpty ? nil : "'\(id)' is no id for a step."
    }

    // MARK: - Values

    /// The members of a mapping, without those whose keys are not known.
    private mutating func members(of node: SourceNode, _ owner: String, known: [String]) -> [SourceNode.Member] {
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

    private mutating func text(_ member: SourceNode.Member) -> String? {
        if let text = member.value.string { return text }
        self.wrongType(member, "a text")
        return nil
    }

    /// A version; `1.0` without quotes is a number to YAML.
    private mutating func version(_ member: SourceNode.Member) -> String {
        if case .scalar(let value) = member.value.kind, value.numberValue != nil { return value.serialized() }
        return self.text(member) ?? ""
    }

    private mutating func wrongType(_ member: SourceNode.Member, _ wanted: String) {
        self.issues.append(
            PipelineIssue(
                member.value.place, "'\(member.key)' must be \(wanted), but is of type \(member.value.typeName)."))
    }
}
