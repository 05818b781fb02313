// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines
internal import TaskModels

/// Tells what a user wants, by an intent model of one's own.
public struct IntentStep: PipelineStep {
    private let models = IntentModels()

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "intent",
            summary: "Tells the intent of an utterance and the turns before it, by a model that 'train intent' made.",
            inputs: [
                IntentPorts.text,
                StepPort("model", .string, "The model's folder.", isRequired: true),
                IntentPorts.history,
                IntentPorts.threshold(
                    "The probability from which an intent is accepted; the model's own if not given."),
            ],
            outputs: IntentPorts.answer)
    }

    /// Checks the threshold.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { IntentPorts.problems(inputs) }

    /// Asks the model.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let model = try await self.models.model(in: inputs.requiredString("model"))
        var rejection = model.rejection
        if let threshold = try IntentPorts.threshold(inputs) { rejection.threshold = threshold }
        return try IntentPorts.answer(model.intents(of: IntentPorts.turns(inputs)), rejection)
    }
}

/// The models that steps have named, each read once.
private actor IntentModels {
    private var opened: [String: IntentModel] = [:]

    func model(in folder: String) throws -> IntentModel {
        if let model = self.opened[folder] { return model }
        let model = try IntentModel(folder: folder).quantized()
        self.opened[folder] = model
        return model
    }
}
