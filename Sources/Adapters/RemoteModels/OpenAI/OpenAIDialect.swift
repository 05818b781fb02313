// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What sets one server that speaks OpenAI's protocol apart from another.
///
/// For a server of one's own, begin with ``compatible`` and switch on what it can do:
/// ```swift
/// var dialect = OpenAIDialect.compatible
/// dialect.capabilities.insert(.images)
/// ```
public struct OpenAIDialect: Sendable {
    /// How a server is told what an answer must look like.
    public enum ConstraintStyle: Sendable, Hashable {
        /// By `response_format`, for JSON schemas alone.
        case responseFormat
        /// By vLLM's `structured_outputs`.
        case structuredOutputs
        /// By the `guided_json`, `guided_regex`, … of vLLM before version 0.12.
        case guidedDecoding
    }

    /// What the server can do.
    public var capabilities: ModelCapabilities
    /// How constraints are written.
    public var constraintStyle = ConstraintStyle.responseFormat
    /// The member that limits an answer's length: `max_tokens`, or `max_completion_tokens` as OpenAI calls it now.
    public var tokenLimitName = "max_tokens"
    /// Whether the server has to be asked to count the tokens of streamed answers.
    public var countsStreamedTokens = true
    /// Whether the server heeds `parallel_tool_calls`.
    public var limitsToolCalls = true
    /// The names of parts of the sampling options.
    var samplingFields = Self.standardFields

    private static let standardFields: SamplingFields = [
        .temperature: "temperature", .topP: "top_p", .presencePenalty: "presence_penalty",
        .frequencyPenalty: "frequency_penalty", .logitBias: "logit_bias", .seed: "seed",
    ]

    /// OpenAI itself.
    public static let openAI = {
        var dialect = Self(
            capabilities: [.chat, .tools, .logProbabilities, .embeddings, .images, .audio, .jsonConstraints])
        dialect.tokenLimitName = "max_completion_tokens"
        return dialect
    }()

    /// Any server that speaks the protocol; what it does not know, it is trusted to refuse.
    public static let compatible = Self(
        capabilities: [.chat, .tools, .logProbabilities, .embeddings, .images, .jsonConstraints])

    /// llama.cpp's server.
    public static let llamaCPP = {
        var dialect = Self(
            capabilities: [
                .chat, .rawPrompts, .tools, .logProbabilities, .embeddings, .images, .jsonConstraints,
            ])
        dialect.samplingFields.merge([
            .topK: "top_k", .minP: "min_p", .typicalP: "typical_p", .repetitionPenalty: "repeat_penalty",
            .penaltyWindow: "repeat_last_n",
        ]) { $1 }
        return dialect
    }()

    /// The OpenAI route of Text Generation Inference.
    public static let textGenerationInference = {
        var dialect = Self(capabilities: [.chat, .tools, .logProbabilities, .images, .jsonConstraints])
        dialect.limitsToolCalls = false
        return dialect
    }()

    /// `transformers serve`, which leaves out what it does not know and says nothing: none of that may be asked.
    public static let transformers = {
        var dialect = Self(capabilities: [.chat, .rawPrompts, .tools])
        dialect.countsStreamedTokens = false
        dialect.limitsToolCalls = false
        dialect.samplingFields = [
            .temperature: "temperature", .topP: "top_p", .logitBias: "logit_bias", .seed: "seed",
        ]
        return dialect
    }()

    /// vLLM's server.
    public static let vLLM = {
        var dialect = Self(
            capabilities: [
                .chat, .rawPrompts, .tools, .logProbabilities, .embeddings, .images, .audio, .constraints, .scoring,
            ])
        dialect.constraintStyle = .structuredOutputs
        dialect.samplingFields.merge([
            .topK: "top_k", .minP: "min_p", .repetitionPenalty: "repetition_penalty",
        ]) { $1 }
        return dialect
    }()
}
