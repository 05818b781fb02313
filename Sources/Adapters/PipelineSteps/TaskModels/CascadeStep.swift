// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
public import LLMCore
public import Pipelines
internal import TaskModels

/// Tells what a user wants by a cascade of intent models: dearer ones are asked only where cheaper ones are not sure enough.
public struct CascadeStep: PipelineStep {
    private static let mostAlternatives = 10
    private let cascades = IntentCascades()

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "cascade",
            summary: "Tells the intent of an utterance by several models, the dearer ones asked only where that helps.",
            inputs: [
                StepPort("text", .string, "What the user said.", isRequired: true),
                StepPort("plan", .string, "The file that 'train cascade' made.", isRequired: true),
                StepPort("history", .array, "The turns before, the oldest first: {speaker: user or system, text}."),
                StepPort(
                    "threshold", .number,
                    "The probability from which an intent is accepted after all models were asked; 0 if not given."),
            ],
            outputs: [
                StepPort("intent", .string, "The likeliest intent."),
                StepPort("confidence", .number, "Its probability from 0 to 1."),
                StepPort(
                    "accepted", .boolean,
                    "Whether that is at least the threshold, and the intent not the one for everything else."),
                StepPort("alternatives", .array, "The ten likeliest intents with their probabilities."),
                StepPort("model", .string, "The model that was asked last."),
                StepPort("cost", .number, "What asking took, in multiplications with additions."),
                StepPort(
                    "drift", .boolean,
                    "Whether what was asked in this process is no longer like what the plan was fitted on; falsely in 1 of 100 processes."
                ),
                StepPort("account", .array, "Of each model that was asked: its cost, and what was believed then."),
            ])
    }

    /// Checks the threshold.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let number = inputs.literals["threshold"]?.numberValue, !(0...1).contains(number) else { return [] }
        return [StaticInputs.Problem("threshold", "'threshold' is \(number); it must be from 0 to 1.")]
    }

    /// Asks the models.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let threshold = inputs["threshold"]?.numberValue ?? 0
        guard (0...1).contains(threshold) else {
            throw PipelineError(.invalidValue, "'threshold' is \(threshold); it must be from 0 to 1.")
        }
        let plan = try inputs.requiredString("plan")
        let cascade = try await self.cascades.cascade(in: plan)
        let turns = try DialogueTurn.turns(inputs["history"]) + [DialogueTurn(.user, inputs.requiredString("text"))]
        let answer = try cascade.answer(turns)
        guard let best = answer.intents.first else { throw PipelineError(.invalidValue, "The models have no intents.") }
        return [
            "intent": .string(best.label), "confidence": .number(best.probability),
            "accepted": .bool(
                Rejection(label: cascade.otherIntent, threshold: threshold).accepts(best.label, best.probability)),
            "alternatives": .array(
                answer.intents.prefix(Self.mostAlternatives).map {
                    ["intent": .string($0.label), "probability": .number($0.probability)]
                }),
            "model": .string(answer.entry.asked.last ?? ""), "cost": .number(answer.entry.cost),
            "drift": .bool(await self.cascades.isDrifting(plan, answer.beliefs[0].likeliest.probability)),
            "account": .array(Self.account(answer)),
        ]
    }

    private static func account(_ answer: IntentCascade.Answer) -> [JSONValue] {
        zip(zip(answer.entry.asked, answer.entry.costs), answer.beliefs).map { asked, belief in
            [
                "model": .string(asked.0), "cost": .number(asked.1), "belief": belief.json,
                "entropy": .number(belief.entropy),
            ]
        }
    }
}

/// The cascades that steps have named, each read once, and whether their inputs are as usual.
private actor IntentCascades {
    private var opened: [String: IntentCascade] = [:]
    private var alarms: [String: DriftAlarm] = [:]
    private var chance = SystemRandomNumberGenerator()

    func cascade(in path: String) throws -> IntentCascade {
        if let cascade = self.opened[path] { return cascade }
        let cascade = try IntentCascade(plan: path)
        self.opened[path] = cascade
        if !cascade.plan.usualScores.isEmpty {
            var alarm = try DriftAlarm()
            alarm.learn(cascade.plan.usualScores)
            self.alarms[path] = alarm
        }
        return cascade
    }

    /// Sees how sure the first model of a cascade was; false where the plan does not say what is usual.
    func isDrifting(_ path: String, _ score: Double) -> Bool {
        self.alarms[path]?.observe(score, using: &self.chance) ?? false
    }
}
