// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// Finds everything that is wrong with a pipeline before it runs.
struct PipelineValidator {
    /// The most mistakes that are told at once: telling one may mean to look at every name or reference there is.
    static let maximumIssues = 100

    let content: PipelineContent
    let registry: StepRegistry
    /// The place of each step in the order, by its id; of two with one id the first.
    private let stepIndices: [String: Int]

    init(content: PipelineContent, registry: StepRegistry) {
        self.content = content
        self.registry = registry
        let ids = content.steps.enumerated().map { ($0.element.id, $0.offset) }
        self.stepIndices = Dictionary(ids) { first, _ in first }
    }

    /// What is wrong, at most the first ``maximumIssues``.
    func issues() -> [PipelineIssue] { Array(self.allIssues().prefix(Self.maximumIssues)) }

    private func allIssues() -> [PipelineIssue] {
        var issues = self.inputIssues() + self.idIssues()
        if self.content.steps.isEmpty {
            issues.append(
                PipelineIssue(
                    self.content.place, "The pipeline has no steps.", suggestion: "List at least one under 'steps'."))
        }
        for (index, step) in self.content.steps.enumerated() where issues.count < Self.maximumIssues {
            guard let kind = self.registry[step.uses] else {
                if !step.uses.isEmpty {
                    let hint = NearestName.hint(for: step.uses, in: self.registry.definitions.map(\.name))
                    issues.append(
                        PipelineIssue(
                            step.usesPlace ?? step.place, "There is no step '\(step.uses)'.", suggestion: hint))
                }
                for (_, value, _) in step.with {
                    issues += self.referenceIssues(value, before: index, port: nil, in: step)
                }
                continue
            }
            issues += self.fieldIssues(step, kind, index: index)
        }
        if let output = self.content.output {
            issues += self.referenceIssues(output, before: self.content.steps.count, port: nil, in: nil)
        } else if let last = self.content.steps.last, last.uses != "output" {
            issues.append(
                PipelineIssue(
                    last.place ?? self.content.place, "The pipeline has no output.",
                    suggestion: "Add 'output: \"${\(last.id).…}\"' or end with a step that uses 'output'."))
        }
        return issues
    }

    private func inputIssues() -> [PipelineIssue] {
        var seen = Set<String>()
        return self.content.inputs.flatMap { input -> [PipelineIssue] in
            var issues = [PipelineIssue]()
            if !seen.insert(input.name).inserted {
                issues.append(PipelineIssue(input.place, "The input '\(input.name)' is declared twice."))
            }
            if let value = input.defaultValue, !input.type.holds(value) {
                issues.append(
                    PipelineIssue(
                        input.place,
                        "The default of '\(input.name)' is of type \(value.typeName), not \(input.type.rawValue)."))
            }
            return issues
        }
    }

    private func idIssues() -> [PipelineIssue] {
        var first: [String: StepDeclaration] = [:]
        return self.content.steps.compactMap { step in
            guard let earlier = first[step.id], !step.id.isEmpty else {
                first[step.id] = step
                return nil
            }
            let place = earlier.place.map { " in line \($0.line)" } ?? ""
            return PipelineIssue(
                step.place, "The id '\(step.id)' is already that of a step\(place).",
                suggestion: "Give each step its own 'id'.")
        }
    }

    // MARK: - Fields

    private func fieldIssues(_ step: StepDeclaration, _ kind: any PipelineStep, index: Int) -> [PipelineIssue] {
        let ports = kind.definition.inputs
        var issues = [PipelineIssue]()
        var literals: [String: JSONValue] = [:]
        for (name, value, place) in step.with {
            let port = ports.first { $0.name == name }
            if port == nil {
                issues.append(
                    PipelineIssue(
                        place ?? step.place, "The step '\(step.uses)' has no input '\(name)'.",
                        suggestion: NearestName.hint(for: name, in: ports.map(\.name))))
            }
            issues += self.referenceIssues(value, before: index, port: port, in: step)
            guard let literal = value.literal, let port else { continue }
            let found = Self.literalIssues(literal, port, value.place ?? place ?? step.place)
            issues += found
            if found.isEmpty { literals[name] = literal }
        }
        let names = Set(step.with.map(\.name))
        for port in ports where port.isRequired && !names.contains(port.name) {
            issues.append(
                PipelineIssue(
                    step.place,
                    "The step '\(step.id)' (uses \(step.uses)) lacks the input '\(port.name)': \(port.description)",
                    suggestion: "Add it under 'with'."))
        }
        // What the step itself finds says nothing new about inputs that are wrong already.
        guard issues.isEmpty else { return issues }
        return kind.check(StaticInputs(names: names, literals: literals)).map { problem in
            let field = step.with.first { $0.name == problem.input }
            return PipelineIssue(field?.value.place ?? step.place, problem.message, suggestion: problem.suggestion)
        }
    }

    private static func literalIssues(_ literal: JSONValue, _ port: StepPort, _ place: SourcePlace?) -> [PipelineIssue]
    {
        guard port.type.holds(literal) else {
            return [
                PipelineIssue(
                    place, "'\(port.name)' must be of type \(port.type.rawValue), but is \(literal.typeName).",
                    suggestion: port.type == .string && literal.stringValue == nil ? "Put it in quotes." : "")
            ]
        }
        guard let text = literal.stringValue, !port.choices.isEmpty, !port.choices.contains(text) else { return [] }
        return [
            PipelineIssue(
                place, "'\(port.name)' cannot be '\(text)'.", suggestion: NearestName.hint(for: text, in: port.choices))
        ]
    }

    // MARK: - References

    private func referenceIssues(
        _ expression: ValueExpression, before index: Int, port: StepPort?, in step: StepDeclaration?
    ) -> [PipelineIssue] {
        var issues = [PipelineIssue]()
        for part in expression.all {
            let place = part.place ?? step?.place
            issues += part.problems.map { PipelineIssue(place, $0) }
            for reference in part.references where issues.count < Self.maximumIssues {
                let (type, issue) = self.resolve(reference, before: index, place, in: step)
                if let issue { issues.append(issue) }
                guard let type, let port, case .reference = expression.kind, !port.type.accepts(type) else { continue }
                issues.append(
                    PipelineIssue(
                        place,
                        "'\(port.name)' must be of type \(port.type.rawValue), but \(reference) is \(type.rawValue).",
                        suggestion: port.type == .string ? "Write it inside a text to have it written out." : ""))
            }
        }
        return issues
    }

    /// The type of what a reference names, or what is wrong with it.
    private func resolve(
        _ reference: ValueExpression.Reference, before index: Int, _ place: SourcePlace?, in step: StepDeclaration?
    ) -> (ValueType?, PipelineIssue?) {
        func unknown(_ message: String, _ name: String, _ known: [String]) -> (ValueType?, PipelineIssue?) {
            (nil, PipelineIssue(place, "\(reference) \(message)", suggestion: NearestName.hint(for: name, in: known)))
        }
        func type(_ type: ValueType) -> ValueType { reference.path.isEmpty ? type : .any }
        if reference.source == "inputs" {
            guard let input = self.content.inputs.first(where: { $0.name == reference.name }) else {
                return unknown("names no input of the pipeline.", reference.name, self.content.inputs.map(\.name))
            }
            return (type(input.type), nil)
        }
        guard let target = self.stepIndices[reference.source] else {
            return unknown("names no step.", reference.source, self.content.steps.prefix(index).map(\.id) + ["inputs"])
        }
        guard target < index else { return (nil, self.orderIssue(reference, target: target, index: index, place)) }
        guard let definition = self.registry[self.content.steps[target].uses]?.definition else { return (nil, nil) }
        guard let output = definition.outputs.first(where: { $0.name == reference.name }) else {
            return unknown("names no output of '\(definition.name)'.", reference.name, definition.outputs.map(\.name))
        }
        return (type(output.type), nil)
    }

    private func orderIssue(
        _ reference: ValueExpression.Reference, target: Int, index: Int, _ place: SourcePlace?
    ) -> PipelineIssue {
        if target == index {
            return PipelineIssue(place, "\(reference) refers to its own step.", suggestion: "Refer to an earlier step.")
        }
        let user = self.content.steps[index].id
        let isCycle = self.dependencies(of: target).contains(index)
        return isCycle
            ? PipelineIssue(
                place, "The steps '\(user)' and '\(reference.source)' need each other's outputs.",
                suggestion: "Break the cycle.")
            : PipelineIssue(
                place, "\(reference) refers to a step that comes later.",
                suggestion: "Move '\(reference.source)' before '\(user)'.")
    }

    /// The steps that a step needs, directly or through others.
    private func dependencies(of start: Int) -> Set<Int> {
        var found = Set<Int>()
        var queue = [start]
        while let index = queue.popLast() {
            for (_, value, _) in self.content.steps[index].with {
                for reference in value.all.flatMap(\.references) {
                    guard let next = self.stepIndices[reference.source] else { continue }
                    if found.insert(next).inserted { queue.append(next) }
                }
            }
        }
        return found
    }
}
