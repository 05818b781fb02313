// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension PipelineCompiler {
    /// Compiles a step that does something.
    ///
    /// - Parameter flowing: The input that comes from the stage before it; nil where all are given.
    mutating func operation(
        _ name: String, _ arguments: [StepArgument], of step: StepDeclaration, flowing: String? = nil
    ) -> StepOperation? {
        guard let kind = self.registry[name] else {
            if !name.isEmpty {
                let hint = NearestName.hint(for: name, in: self.registry.definitions.map(\.name))
                self.report(step.usesPlace ?? step.place, "There is no step '\(name)'.", suggestion: hint)
            }
            for argument in arguments { _ = self.compile(argument.value, for: nil, in: step) }
            return nil
        }
        let definition = self.registry.definition(of: kind)
        let before = self.issues.count
        let (compiled, literals) = self.compile(
            arguments.filter { $0.name != flowing }, for: definition.inputs.filter { $0.name != flowing }, of: step,
            owner: "The step '\(name)'")
        // What the step itself finds says nothing new about inputs that are wrong already.
        if self.issues.count == before {
            let members = Dictionary(
                arguments.compactMap { argument in self.members(of: argument.value).map { (argument.name, $0) } },
                uniquingKeysWith: { $1 })
            let inputs = StaticInputs(names: Set(arguments.map(\.name)), literals: literals, members: members)
            for problem in kind.check(inputs) {
                let argument = arguments.first { $0.name == problem.input }
                self.report(argument?.value.place ?? step.place, problem.message, suggestion: problem.suggestion)
            }
        }
        return StepOperation(step: kind, effect: definition.effect, arguments: compiled, retry: step.retry)
    }

    /// Compiles what a step or a called pipeline is given, and finds what is missing, unknown or of the wrong type.
    ///
    /// - Returns: The arguments, and the values of those that are written out and right.
    mutating func compile(
        _ arguments: [StepArgument], for ports: [StepPort], of step: StepDeclaration, owner: String
    ) -> ([CompiledArgument], literals: [String: JSONValue]) {
        var compiled: [CompiledArgument] = []
        var literals: [String: JSONValue] = [:]
        for argument in arguments {
            let port = ports.first { $0.name == argument.name }
            if port == nil {
                self.report(
                    argument.place ?? step.place, "\(owner) has no input '\(argument.name)'.",
                    suggestion: NearestName.hint(for: argument.name, in: ports.map(\.name)))
            }
            let value = self.compile(argument.value, for: port, in: step)
            compiled.append(CompiledArgument(name: argument.name, value: value, port: port))
            guard let literal = argument.value.literal, let port else { continue }
            let before = self.issues.count
            self.check(literal, port, argument.value.place ?? argument.place ?? step.place)
            if self.issues.count == before { literals[argument.name] = literal }
        }
        let names = Set(arguments.map(\.name))
        for port in ports where port.isRequired && !names.contains(port.name) {
            let about = port.description.isEmpty ? "." : ": \(port.description)"
            self.report(
                step.place, "The step '\(step.id)' (uses \(step.uses)) lacks the input '\(port.name)'\(about)",
                suggestion: "Add it under 'with'.")
        }
        return (compiled, literals)
    }

    private mutating func check(_ literal: JSONValue, _ port: StepPort, _ place: SourcePlace?) {
        guard port.type.holds(literal) else {
            return self.report(
                place, "'\(port.name)' must be of type \(port.type.rawValue), but is \(literal.typeName).",
                suggestion: port.type == .string && literal.stringValue == nil ? "Put it in quotes." : "")
        }
        guard let text = literal.stringValue, !port.choices.isEmpty, !port.choices.contains(text) else { return }
        self.report(
            place, "'\(port.name)' cannot be '\(text)'.", suggestion: NearestName.hint(for: text, in: port.choices))
    }
}
