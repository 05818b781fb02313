// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines
internal import TaskModels

/// What the steps that tell intents take and give alike.
enum IntentPorts {
    private static let mostAlternatives = 10

    static let text = StepPort("text", .string, "What the user said.", isRequired: true)
    static let history = StepPort(
        "history", .array, "The turns before, the oldest first: {speaker: user or system, text}.")

    static func threshold(_ description: String) -> StepPort { StepPort("threshold", .number, description) }

    static let answer = [
        StepPort("intent", .string, "The likeliest intent."),
        StepPort("confidence", .number, "Its probability from 0 to 1."),
        StepPort(
            "accepted", .boolean,
            "Whether that is at least the threshold, and the intent not the one for everything else."
        ),
        StepPort("alternatives", .array, "The ten likeliest intents with their probabilities."),
    ]

    /// What is wrong with a threshold that is known before the run.
    static func problems(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let number = inputs.literals["threshold"]?.numberValue, !(0...1).contains(number) else { return [] }
        return [StaticInputs.Problem("threshold", "'threshold' is \(number); it must be from 0 to 1.")]
    }

    /// The threshold, if one is given.
    ///
    /// - Throws: `PipelineError` with code `.invalidValue`.
    static func threshold(_ inputs: StepInputs) throws -> Double? {
        guard let threshold = inputs["threshold"]?.numberValue else { return nil }
        guard (0...1).contains(threshold) else {
            throw PipelineError(.invalidValue, "'threshold' is \(threshold); it must be from 0 to 1.")
        }
        return threshold
    }

    /// The dialogue, of which the last turn is the utterance.
    ///
    /// - Throws: What is wrong with the inputs.
    static func turns(_ inputs: StepInputs) throws -> [DialogueTurn] {
        try DialogueTurn.turns(inputs["history"]) + [DialogueTurn(.user, inputs.requiredString("text"))]
    }

    /// What ``answer`` promises.
    ///
    /// - Parameter intents: At least one, the likeliest first.
    /// - Throws: `PipelineError` with code `.invalidValue`.
    static func answer(
        _ intents: [(label: String, probability: Double)], _ rejection: Rejection
    ) throws -> [String: JSONValue] {
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
