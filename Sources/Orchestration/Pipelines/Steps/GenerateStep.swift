// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import ResultParsing
internal import TaskRouting

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Asks the model.
public struct GenerateStep: PipelineStep {
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
                StepPort("max_tokens", .integer, "The most tokens of the answer."),
                StepPort("temperature", .number, "0 for the likeliest answer, higher for more variety."),
                StepPort("top_p", .number, "The probability mass to sample from, above 0 and at most 1."),
                StepPort("top_k", .integer, "How many of the likeliest tokens to sample from."),
                StepPort("repetition_penalty", .number, "Above 1 to make repetition less likely."),
                StepPort("seed", .integer, "The same seed gives the same answer."),
                StepPort("stop", .array, "Texts before which the answer ends."),
                StepPort("profile", .string, "A task whose sampling and length are used where not given here."),
            ],
            outputs: [
                StepPort("text", .string, "The answer."),
                StepPort("confidence", .any, "The choice's probability; null without choices."),
                StepPort("probabilities", .object, "The probability of each choice; empty without choices."),
                StepPort("finish_reason", .string, "Why the answer ended."),
                StepPort("tokens", .integer, "How many tokens it took."),
            ])
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
        do {
            try Self.sampling(StepInputs(inputs.literals), base: SamplingOptions()).validate()
        } catch {
            problems.append(.init(nil, "The step cannot sample this way: \(error)"))
        }
        return problems
    }

    /// Asks the model.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let text = try inputs.requiredString("prompt")
        let isRaw = inputs["raw"]?.boolValue ?? false
        let system = inputs.string("system").map { [Message.system($0)] } ?? []
        let profile = try inputs.string("profile").map { TaskProfile.standard(try TaskType(named: $0)) }
        var request = GenerationRequest(
            prompt: isRaw ? .raw(text) : .messages(system + [.user(text)]),
            sampling: Self.sampling(inputs, base: profile?.sampling ?? SamplingOptions()),
            maxTokens: inputs["max_tokens"]?.integerValue ?? profile?.maxTokens, stop: try inputs.strings("stop"))
        let choices = try inputs.strings("choices")
        if !choices.isEmpty, context.model.capabilities.contains(.scoring) {
            return try await self.choose(choices, request.prompt, context)
        }
        if !choices.isEmpty {
            request.maxTokens = request.maxTokens ?? 16
            request.sampling = .greedy
        }
        context.remember(request)
        let response = try await context.model.generate(request).response(onText: { context.emit(text: $0) })
        context.count(response.summary.usage)
        let answer =
            choices.isEmpty ? response.text : try ChoiceParser(choices: choices).parse(response.text).value.stringValue
        return [
            "text": .string(answer ?? response.text), "confidence": .null, "probabilities": [:],
            "finish_reason": .string(response.summary.finishReason.rawValue),
            "tokens": .integer(response.summary.usage.completionTokens),
        ]
    }

    /// Takes the choice that is likeliest per token as the continuation of the prompt.
    private func choose(
        _ choices: [String], _ prompt: Prompt, _ context: StepContext
    ) async throws -> [String: JSONValue] {
        var isRaw = false
        if case .raw = prompt { isRaw = true }
        // After raw text a choice is a new word.
        let continuations = choices.map { isRaw && !$0.hasPrefix(" ") ? " " + $0 : $0 }
        let scores = try await context.model.score(ScoringRequest(prompt: prompt, choices: continuations))
        let means = scores.map { $0.logProbability / Double(max(1, $0.tokenCount)) }
        guard means.count == choices.count, let highest = means.max(), highest.isFinite,
            let best = means.firstIndex(of: highest)
        else { throw LLMError(.backendFailed, "'\(context.model.name)' gave no usable scores for the choices.") }
        let powers = means.map { exp($0 - highest) }
        let sum = powers.reduce(0, +)
        let probabilities = zip(choices, powers).map { ($0, JSONValue.number($1 / sum)) }
        context.emit(text: choices[best])
        return [
            "text": .string(choices[best]), "confidence": .number(1 / sum),
            "probabilities": .object(.init(probabilities, uniquingKeysWith: { first, _ in first })),
            "finish_reason": "stop", "tokens": .integer(0),
        ]
    }

    private static func sampling(_ inputs: StepInputs, base: SamplingOptions) -> SamplingOptions {
        var sampling = base
        if let value = inputs["temperature"]?.numberValue { sampling.temperature = Float(value) }
        if let value = inputs["top_p"]?.numberValue { sampling.topP = Float(value) }
        if let value = inputs["top_k"]?.integerValue { sampling.topK = value }
        if let value = inputs["repetition_penalty"]?.numberValue { sampling.repetitionPenalty = Float(value) }
        if let value = inputs["seed"]?.integerValue { sampling.seed = UInt64(bitPattern: Int64(value)) }
        return sampling
    }
}
