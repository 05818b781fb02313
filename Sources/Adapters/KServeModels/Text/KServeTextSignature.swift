// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Which tensors of a model are its text, and how a conversation becomes one.
///
/// The defaults fit Triton's vLLM backend, and models with one `BYTES` input and one `BYTES` output by any name.
public struct KServeTextSignature: Sendable {
    /// The input that takes the prompt; nil takes `text_input`, or else the model's only `BYTES` input.
    public var textInput: String?
    /// The output that gives the answer; nil takes `text_output`, or else the model's only `BYTES` output.
    public var textOutput: String?
    /// The input that takes options for choosing tokens, a JSON object in the terms of vLLM's `SamplingParams`; a model
    /// without it takes no options.
    public var samplingInput = "sampling_parameters"
    /// The `BOOL` input that says whether the answer is wanted in pieces, where the model has it.
    public var streamInput = "stream"
    /// The `FP32` output that gives vectors; nil for a model that embeds nothing.
    public var embeddingOutput: String?
    /// Turns a conversation into the model's text; nil sends a single turn of the user as it is, and refuses anything else.
    public var conversationFormat: (@Sendable ([Message]) throws -> String)?

    /// The defaults.
    public init() {}

    /// What a model gets to read.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for a conversation that has no format; what the format throws.
    func text(of prompt: GenerationPrompt) throws -> String {
        switch prompt {
        case .raw(let text): return text
        case .messages(let messages):
            if let conversationFormat { return try conversationFormat(messages) }
            guard let turn = messages.first, messages.count == 1, turn.role == .user, turn.toolCalls.isEmpty else {
                throw LLMError(
                    .unsupported,
                    """
                    A model behind KServe takes text, and it is not known how this one wants a conversation of several turns \
                    written; give its signature a `conversationFormat`, or send one turn of the user.
                    """)
            }
            return turn.text
        }
    }
}
