// SPDX-License-Identifier: Apache-2.0

/// The names that OpenInference gives to attributes, by which viewers such as Phoenix draw spans.
enum OpenInferenceName {
    static let kind = "openinference.span.kind"
    static let model = "llm.model_name"
    static let provider = "llm.provider"
    static let embeddingModel = "embedding.model_name"
    static let promptTokens = "llm.token_count.prompt"
    static let completionTokens = "llm.token_count.completion"
    static let totalTokens = "llm.token_count.total"
    static let cachedTokens = "llm.token_count.prompt_details.cache_read"
    static let parameters = "llm.invocation_parameters"
    static let input = "input.value"
    static let output = "output.value"

    /// A part of a message of the prompt, or of the answer.
    static func message(_ isInput: Bool, _ index: Int, _ part: String) -> String {
        "llm.\(isInput ? "input" : "output")_messages.\(index).message.\(part)"
    }
}
