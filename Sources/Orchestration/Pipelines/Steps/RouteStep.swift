// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import TaskRouting

/// Finds out which task a text is.
public struct RouteStep: PipelineStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "route", summary: "Identifies the task of a text, by rules first, then by the model's probabilities.",
            inputs: [StepPort("text", .string, "What the user wrote.", isRequired: true), .model],
            outputs: [
                StepPort("task", .string, "The task, which 'profile' inputs of other steps take."),
                StepPort("labels", .array, "The labels that a classification request names; empty otherwise."),
                StepPort("confidence", .any, "Its probability from 0 to 1; null where it cannot be told."),
                StepPort("source", .string, "Who decided: rule, task-model, model or fallback."),
                StepPort("explanation", .string, "What the decision rests on."),
                StepPort("alternatives", .array, "All tasks with their probabilities."),
            ], effect: .model)
    }

    /// Rules decide where they can.
    public var isTriedWithoutModel: Bool { true }

    /// Asks the router.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let decision = try await context.router.route(try inputs.requiredString("text"), model: context.model)
        return [
            "task": .string(decision.task.rawValue),
            "labels": .array(decision.labels.map { .string($0) }),
            "confidence": decision.confidence.map { .number($0) } ?? .null,
            "source": .string(decision.source.rawValue),
            "explanation": .string(decision.explanation),
            "alternatives": decision.json["alternatives"] ?? [],
        ]
    }
}
