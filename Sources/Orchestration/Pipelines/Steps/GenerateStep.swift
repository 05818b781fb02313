// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import ResultParsing
internal import TaskRouting

/// Asks the model.
public struct GenerateStep: StreamingStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "generate",
            summary: "Asks the model for an answer, or for the likeliest of a few choices.",
            inputs: [
                StepPort("prompt", .string, "What the model is asked.", isRequired: true),
                StepPort("system", .string, "Instructions for the whole conversation."),
                StepPort("raw", .boolean, "Whether the prompt skips the chat template."),
                StepPort("choices", .array, "Texts to choose from by their probability instead of writing freely."),
                StepPort(
                    "schema", .object,
                    "A JSON Schema for the answer; models that can be held to one are, others need a 'parse' step."),
                StepPort("max_tokens", .integer, "The most tokens of the answer."),
                StepPort("stop", .array, "Texts before which the answer ends."),
                StepPort("profile", .string, "A task whose sampling and length are used where not given here."),
                .model,
            ] + SamplingInputs.ports,
            outputs: [
                StepPort("text", .string, "The answer.", isStream: true),
                StepPort("confidence", .any, "The choice's probability; null without choices."),
                StepPort("probabilities", .object, "The probability of each choice; empty without choices."),
                StepPort("finish_reason", .string, "Why the answer ended."),
                StepPort("tokens", .integer, "How many tokens it took."),
            ], effect: .model)
    }

    /// Checks the ranges of the numbers.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = [StaticInputs.Problem]()
        if let limit = inputs.literals["max_tokens"]?.integerValue, limit < 1 {
            problems.append(.init("max_tokens", "'max_tokens' is \(limit); it must be 1 or more."))
        }
        if let choices = inputs.literals["choices"]?.arrayValue, choices.count < 2 {
            problems.append(.init("choices", "'choices' must hold at least two texts."))
        }
        return problems + SamplingInputs.check(inputs)
    }

    /// Asks the model.
    public func run(
        _ inputs: StepInputs, flow: StepFlow, context: StepContext
    ) async throws -> [String: JSONValue] {
        let (request, choices) = try self.question(inputs, context)
        if !choices.isEmpty, context.model.capabilities.contains(.scoring) {
            return try await self.choose(choices, request.prompt, flow, context)
        }
        let response: GenerationResponse
        if choices.isEmpty {
            response = try await context.ask(request) { try await flow.send(text: $0) }
        } else {
            response = try await context.ask(request, isShown: false)
            let choice = try ChoiceParser(choices: choices).parse(response.text).value.stringValue
            try await flow.send(text: choice ?? response.text)
        }
        return [
            "confidence": .null, "probabilities": [:],
            "finish_reason": .string(response.summary.finishReason.rawValue),
            "tokens": .integer(response.summary.usage.completionTokens),
        ]
    }

    /// What the model is asked; nil where it only rates choices.
    public func request(_ inputs: StepInputs, context: StepContext) throws -> GenerationRequest? {
        let (request, choices) = try self.question(inputs, context)
        return choices.isEmpty || !context.model.capabilities.contains(.scoring) ? request : nil
    }

    private func question(_ inputs: StepInputs, _ context: StepContext) throws -> (GenerationRequest, [String]) {
        let text = try inputs.requiredString("prompt")
        let isRaw = inputs["raw"]?.boolValue ?? false
        let system = inputs.string("system").map { [Message.system($0)] } ?? []
        let choices = try inputs.strings("choices")
        let profile = try inputs.string("profile").map {
            TaskProfile.standard(try TaskType(named: $0), labels: choices)
        }
        var request = GenerationRequest(
            prompt: isRaw ? .raw(text) : .messages(system + [.user(text)]),
            sampling: try SamplingInputs.options(inputs, base: profile?.sampling ?? context.model.defaultSampling),
            maxTokens: inputs["max_tokens"]?.integerValue ?? profile?.maxTokens,
            stop: inputs["stop"] == nil ? profile?.stop ?? [] : try inputs.strings("stop"))
        if context.model.capabilities.contains(.constraints) {
            request.constraint = choices.isEmpty ? inputs["schema"].map { .jsonSchema($0) } : .choices(choices)
        }
        if !choices.isEmpty {
            request.maxTokens = request.maxTokens ?? 16
            request.sampling = .greedy
        }
        return (request, choices)
    }

    private func choose(
        _ choices: [String], _ prompt: GenerationPrompt, _ flow: StepFlow, _ context: StepContext
    ) async throws -> [String: JSONValue] {
        let found = try await context.model.probabilities(of: choices, after: prompt)
        try await flow.send(text: found.best.text)
        return [
            "confidence": .number(found.best.probability), "probabilities": found.json, "finish_reason": "stop",
            "tokens": .integer(0),
        ]
    }
}
