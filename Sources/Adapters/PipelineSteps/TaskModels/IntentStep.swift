// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines
internal import TaskModels

/// Tells what a user wants, by an intent model of one's own.
public struct IntentStep: PipelineStep {
    private static let mostAlternatives = 10
    private let models = IntentModels()

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "intent",
            summary: "Tells the intent of an utterance and the turns before it, by a model that 'train intent' made.",
            inputs: [
                StepPort("text", .string, "What the user said.", isRequired: true),
                StepPort("model", .string, "The model's folder.", isRequired: true),
                StepPort("history", .array, "The turns before, the oldest first: {speaker: user or system, text}."),
                StepPort(
                    "threshold", .number,
                    "The probability from which an intent is accepted; the model's own if not given."),
            ],
            outputs: [
                StepPort("intent", .string, "The likeliest intent."),
                StepPort("confidence", .number, "Its probability from 0 to 1."),
                StepPort(
                    "accepted", .boolean,
                    "Whether that is at least the threshold, and the intent not the one for everything else."),
                StepPort("alternatives", .array, "The ten likeliest intents with their probabilities."),
            ])
    }

    /// Checks the threshold.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let number = inputs.literals["threshold"]?.numberValue, !(0...1).contains(number) else { return [] }
        return [StaticInputs.Problem("threshold", "'threshold' is \(number); it must be from 0 to 1.")]
    }

    /// Asks the model.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let model = try await self.models.model(in: inputs.requiredString("model"))
        let turns = try DialogueTurn.turns(inputs["history"]) + [DialogueTurn(.user, inputs.requiredString("text"))]
        let intents = model.intents(of: turns)
        var rejection = model.rejection
        if let threshold = inputs["threshold"]?.numberValue {
            guard (0...1).contains(threshold) else {
                throw PipelineError(.invalidValue, "'threshold' is \(threshold); it must be from 0 to 1.")
            }
            rejection.threshold = threshold
        }
        guard let best = intents.first else { throw PipelineError(.invalidValue, "The model has no intents.") }
        return [
            "intent": .string(best.label), "confidence": .number(best.probability),
            "accepted": .bool(rejection.accepts(best.label, best.probability)),
            "alternatives": .array(
                intents.prefix(Self.mostAlternatives).map {
                    ["intent": .string($0.label), "probability": .number($0.probability)]
                }),
        ]
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
