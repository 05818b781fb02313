// SPDX-License-Identifier: Apache-2.0

public import Pipelines

/// What a plugin adds; all but `step` must have one step of a given name and shape.
public enum PluginKind: String, Sendable, CaseIterable {
    /// Steps for pipelines, of any shape.
    case step
    /// A language model: `generate` takes a `prompt` and gives a `text`.
    case adapter
    /// A reader of models' answers: `parse` takes a `text` and gives a `value`.
    case parser
    /// Who answers: `route` takes a `text` and gives a `target`.
    case router
    /// A reader of other media: `process` takes a `payload` (base64) with its `modality` and gives a `text`.
    case inputProcessor = "input-processor"

    /// The step that a plugin of this kind must have; nil where it may have any.
    public var contract: (step: String, inputs: [StepPort], outputs: [StepPort])? {
        switch self {
        case .step: nil
        case .adapter: ("generate", [StepPort("prompt", .string, "")], [StepPort("text", .string, "")])
        case .parser: ("parse", [StepPort("text", .string, "")], [StepPort("value", .any, "")])
        case .router: ("route", [StepPort("text", .string, "")], [StepPort("target", .string, "")])
        case .inputProcessor:
            (
                "process", [StepPort("modality", .string, ""), StepPort("payload", .string, "")],
                [StepPort("text", .string, "")]
            )
        }
    }

    /// Why steps are not what this kind must have; nil where they are.
    func problem(with steps: [PluginOperation]) -> String? {
        guard let contract else { return nil }
        guard let step = steps.first(where: { $0.name == contract.step }) else {
            return "A plugin of kind '\(self.rawValue)' must have the step '\(contract.step)'."
        }
        for wanted in contract.inputs
        where !step.inputs.contains(where: { $0.port.name == wanted.name && $0.port.type.accepts(wanted.type) }) {
            return "The step '\(step.name)' must take '\(wanted.name)' of type \(wanted.type.rawValue)."
        }
        if let more = step.inputs.first(where: { port in
            port.port.isRequired && !contract.inputs.contains { $0.name == port.port.name }
        }) {
            return "The step '\(step.name)' must do without '\(more.port.name)': only \(self.rawValue)s know it."
        }
        for wanted in contract.outputs
        where !step.outputs.contains(where: { $0.port.name == wanted.name && wanted.type.accepts($0.port.type) }) {
            return "The step '\(step.name)' must give '\(wanted.name)' of type \(wanted.type.rawValue)."
        }
        return nil
    }
}
