// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import TaskRouting

/// Finds out which task a text is, or has a plugin choose who answers it.
public struct RouteStep: PipelineStep {
    private let plugins: (any StepPlugins)?

    /// Makes the step.
    ///
    /// - Parameter plugins: Where the routers are that 'plugin' names; nil for none.
    public init(plugins: (any StepPlugins)? = nil) { self.plugins = plugins }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "route", summary: "Identifies the task of a text, by rules first, then by the model's probabilities.",
            inputs: [StepPort("text", .string, "What the user wrote.", isRequired: true), .model]
                + (self.plugins == nil ? [] : Self.pluginPorts),
            outputs: [
                StepPort("task", .string, "The task, which 'profile' inputs of other steps take; or one of 'targets'."),
                StepPort("labels", .array, "The labels that a classification request names; empty otherwise."),
                StepPort("confidence", .any, "Its probability from 0 to 1; null where it cannot be told."),
                StepPort("source", .string, "Who decided: rule, task-model, model, fallback or plugin."),
                StepPort("explanation", .string, "What the decision rests on."),
                StepPort("alternatives", .array, "All tasks with their probabilities."),
            ], effect: .model)
    }

    private static let pluginPorts = [
        StepPort("plugin", .string, "A plugin that decides instead, of kind router."),
        StepPort("targets", .array, "For a plugin: what it may choose; the tasks if not given."),
    ]

    /// Checks the plugin's name, and what it may choose.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let plugins else { return [] }
        var problems: [StaticInputs.Problem] = []
        if let problem = plugins.problem(inputs, { _ = try plugins.router(named: $0) }) { problems.append(problem) }
        if inputs.names.contains("targets"), !inputs.names.contains("plugin") {
            problems.append(.init("targets", "'targets' are for a plugin.", suggestion: "Name one with 'plugin'."))
        }
        if inputs.names.contains("model"), inputs.names.contains("plugin") {
            problems.append(.init("model", "A plugin asks no model.", suggestion: "Leave out 'model', or 'plugin'."))
        }
        if let targets = inputs.literals["targets"] {
            let names = (targets.arrayValue ?? []).compactMap(\.stringValue)
            if names.count < 2 || names.count != targets.arrayValue?.count {
                problems.append(.init("targets", "'targets' must hold at least two texts."))
            }
        }
        return problems
    }

    /// Rules decide where they can.
    public var isTriedWithoutModel: Bool { true }

    /// Asks the router.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let text = try inputs.requiredString("text")
        if let router = try inputs.string("plugin").flatMap({ try self.plugins?.router(named: $0) }) {
            return try await self.ask(router, text, inputs)
        }
        let decision = try await context.router.route(text, model: context.model)
        return [
            "task": .string(decision.task.rawValue),
            "labels": .array(decision.labels.map { .string($0) }),
            "confidence": decision.confidence.map { .number($0) } ?? .null,
            "source": .string(decision.source.rawValue),
            "explanation": .string(decision.explanation),
            "alternatives": decision.json["alternatives"] ?? [],
        ]
    }

    private func ask(
        _ router: any TargetRouter, _ text: String, _ inputs: StepInputs
    ) async throws -> [String: JSONValue] {
        let given = try inputs.strings("targets")
        let targets = given.isEmpty ? TaskType.all.map(\.rawValue) : given
        let decision = try await router.target(of: text, among: targets)
        let isClassification = given.isEmpty && decision.target == TaskType.classification.rawValue
        return [
            "task": .string(decision.target),
            "labels": .array(isClassification ? RequestLabels.find(in: text).map { .string($0) } : []),
            "confidence": decision.confidence.map { .number($0) } ?? .null, "source": "plugin",
            "explanation": .string(decision.explanation), "alternatives": [],
        ]
    }
}
