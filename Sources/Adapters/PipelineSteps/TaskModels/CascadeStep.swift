// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
public import LLMCore
public import Pipelines
internal import TaskModels

/// Tells what a user wants by a cascade of intent models and language models: dearer ones are asked only where cheaper ones are not sure enough.
public struct CascadeStep: PipelineStep {
    private let cascades = IntentCascades()

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "cascade",
            summary: "Tells the intent of an utterance by several models, the dearer ones asked only where that helps.",
            inputs: [
                IntentPorts.text,
                StepPort("plan", .string, "The file that 'train cascade' made.", isRequired: true),
                IntentPorts.history,
                IntentPorts.threshold(
                    "The probability from which an intent is accepted after all models were asked; 0 if not given."),
            ],
            outputs: IntentPorts.answer + [
                StepPort("model", .string, "The model that was asked last."),
                StepPort("cost", .number, "What asking took, in multiplications with additions."),
                StepPort(
                    "drift", .boolean,
                    "Whether what was asked in this process is no longer like what the plan was fitted on; falsely in 1 of 100 processes."
                ),
                StepPort(
                    "account", .array,
                    "Of each model that was asked: its cost, the belief then, and how far the likeliest intent was ahead."
                ),
            ])
    }

    /// Checks the threshold.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] { IntentPorts.problems(inputs) }

    /// Asks the models.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let threshold = try IntentPorts.threshold(inputs) ?? 0
        let plan = try inputs.requiredString("plan")
        let cascade = try await self.cascades.cascade(in: plan)
        let answer = try await cascade.answer(IntentPorts.turns(inputs)) { context.asking($0.isEmpty ? nil : $0).model }
        for usage in answer.usage { context.count(usage) }
        var outputs = try IntentPorts.answer(
            answer.intents, Rejection(label: cascade.otherIntent, threshold: threshold))
        outputs["model"] = .string(answer.entry.asked.last ?? "")
        outputs["cost"] = .number(answer.entry.cost)
        outputs["drift"] = .bool(await self.cascades.isDrifting(plan, answer.beliefs[0].margin))
        outputs["account"] = .array(Self.account(answer))
        return outputs
    }

    private static func account(_ answer: IntentCascade.Answer) -> [JSONValue] {
        zip(zip(answer.entry.asked, answer.entry.costs), answer.beliefs).map { asked, belief in
            [
                "model": .string(asked.0), "cost": .number(asked.1), "belief": belief.json,
                "entropy": .number(belief.entropy), "margin": .number(belief.margin),
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

    /// Sees by which margin the first model of a cascade was sure; false where the plan does not say what is usual.
    func isDrifting(_ path: String, _ score: Double) -> Bool {
        self.alarms[path]?.observe(score, using: &self.chance) ?? false
    }
}
