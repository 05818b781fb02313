// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
public import LLMCore
public import Pipelines

/// Weighs evidence that other steps have found, and says whether it is enough, or what to ask next.
public struct DecideStep: PipelineStep {
    /// What is enough where nothing else is said: about nine in ten for one of two states.
    private static let usualThreshold = 0.33

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "decide",
            summary:
                "Weighs evidence by Bayes' rule; says which state is true, or which source to ask for the most information per cost.",
            inputs: [
                StepPort("states", .array, "What may be true, by names; those of 'prior' if not given."),
                StepPort(
                    "sources", .array,
                    "What can be asked: {name, cost, accuracy} or {name, cost, table: {state: {outcome: count}}}; with 'question', the user.",
                    isRequired: true),
                StepPort(
                    "evidence", .array,
                    "What was heard: {source, outcome}, or {likelihoods: {state: number}, reliability}; null is skipped."
                ),
                StepPort(
                    "prior", .any,
                    "How likely each state is before, as weights: {state: number}, or 'alternatives' of intent and cascade; equal ones if not given."
                ),
                StepPort("threshold", .number, "The entropy in nats up to which a state is taken; 0.33 if not given."),
                StepPort("budget", .number, "The most that asking may cost in all; no limit if not given."),
            ],
            outputs: [
                StepPort("action", .string, "act or ask."),
                StepPort("reason", .string, "certain, uncertain, budget-spent or nothing-to-ask."),
                StepPort("state", .string, "The likeliest state."),
                StepPort("confidence", .number, "Its probability from 0 to 1."),
                StepPort("entropy", .number, "What is not known, in nats."),
                StepPort("ask", .string, "The source to ask; empty where nothing is to be asked."),
                StepPort("question", .string, "What to ask the user, where the user is the source; else empty."),
                StepPort("spent", .number, "What asking has cost so far."),
                StepPort("heard", .array, "The evidence, for asking on."),
                StepPort(
                    "account", .object,
                    "What was believed before and after each answer, and what could have been asked."),
            ])
    }

    /// Weighs and chooses.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let settings = try DecisionInputs(inputs)
        let policy = try EntropyPolicy(
            threshold: inputs["threshold"]?.numberValue ?? Self.usualThreshold,
            budget: inputs["budget"]?.numberValue ?? .infinity)
        var loop = try EvidenceLoop(settings.belief, policy: policy, sources: settings.sources)
        for (source, outcome) in settings.answers { try loop.hear(outcome, from: source) }
        let decision = loop.decision
        let (state, probability) = loop.belief.likeliest
        let asked = settings.sources.first { $0.name == decision.asked }
        return [
            "action": .string(asked == nil ? "act" : "ask"), "reason": .string(decision.reason.rawValue),
            "state": .string(state), "confidence": .number(probability), "entropy": .number(loop.belief.entropy),
            "ask": .string(asked?.name ?? ""), "question": .string(asked?.question ?? ""),
            "spent": .number(loop.spent), "heard": .array(settings.evidence), "account": loop.json,
        ]
    }
}
