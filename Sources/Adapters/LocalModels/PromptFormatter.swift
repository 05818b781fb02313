// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import PromptTemplates
internal import Tokenization

/// Turns prompts into the tokens of one model: chat template, special tokens, and one beginning-of-text token at most.
struct PromptFormatter: Sendable {
    private let tokenizer: Tokenizer
    private let template: ChatTemplate?
    private let model: String

    /// Compiles the model's chat template.
    ///
    /// - Throws: ``PromptError`` when the template breaks its grammar; as ``ChatTemplateSource/find(_:)``.
    init(engine: LocalEngine, model: String) throws {
        let tokenizer = engine.tokenizer
        func text(_ token: TokenID?) -> String {
            String(decoding: token.flatMap { tokenizer.bytes(of: $0) } ?? [], as: UTF8.self)
        }
        self.template = try ChatTemplateSource.find(engine.source).map {
            try ChatTemplate(
                source: $0, bosToken: text(tokenizer.beginOfText), eosToken: text(tokenizer.endOfText))
        }
        self.tokenizer = tokenizer
        self.model = model
    }

    /// Whether the model has a chat template.
    var takesMessages: Bool { self.template != nil }

    /// The chat template, if it tells the model about tools.
    var toolTemplate: String? { self.template.flatMap { $0.takesTools ? $0.source : nil } }

    /// The token of a text that is one control token, which leaves no trace in an answer's text.
    func controlToken(_ text: String) -> Int? {
        let tokens = self.tokenizer.encode(text, addSpecial: false, parseSpecial: true)
        guard let token = tokens.first, tokens.count == 1, self.tokenizer.isControl(token) else { return nil }
        return Int(token)
    }

    /// The text that the model sees.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` when the model cannot take what the prompt holds.
    func text(_ prompt: GenerationPrompt) throws -> String {
        switch prompt {
        case .raw(let text): return text
        case .messages(let messages): return try self.text(messages, tools: [])
        }
    }

    /// The tokens that the model sees.
    func tokens(_ prompt: GenerationPrompt) throws -> [TokenID] { self.tokens(try self.text(prompt)) }

    /// The tokens of a text in which special tokens are spelled out.
    ///
    /// The tokens that the model wants before a text are put first, unless the text begins with them already.
    func tokens(_ text: String) -> [TokenID] {
        let tokens = self.tokenizer.encode(text, addSpecial: false, parseSpecial: true)
        return tokens.starts(with: self.tokenizer.prefix) ? tokens : self.tokenizer.prefix + tokens
    }

    /// The tokens of a choice as the model would write it after a prompt.
    ///
    /// Both are encoded together, so that no space is added; where their tokens melt into each other at the border, the
    /// choice is encoded alone.
    func continuation(_ choice: String, of text: String, tokens: [TokenID]) -> [TokenID] {
        let together = self.tokens(text + choice)
        if together.starts(with: tokens) { return Array(together.dropFirst(tokens.count)) }
        return self.tokenizer.encode(choice, addSpecial: false, parseSpecial: false)
    }

    /// The text of a conversation.
    ///
    /// - Parameters:
    ///   - messages: The turns; where the template does not know tools, calls and results become plain text.
    ///   - tools: What the template tells the model about.
    /// - Throws: ``LLMError`` with code `.unsupported` when the model cannot take what the messages hold.
    func text(_ messages: [Message], tools: [ToolDefinition]) throws -> String {
        guard let template else {
            throw LLMError(
                .unsupported,
                """
                '\(self.model)' has no chat template, so it cannot take conversations. Give it a raw prompt (--raw on \
                the command line), or use a chat model.
                """)
        }
        for part in messages.flatMap(\.content) {
            switch part {
            case .text: break
            case .image: throw LLMError(.unsupported, "'\(self.model)' reads text; it cannot see images.")
            case .audio: throw LLMError(.unsupported, "'\(self.model)' reads text; it cannot hear recordings.")
            }
        }
        guard !messages.isEmpty else { throw LLMError(.invalidRequest, "The conversation has no messages.") }
        // A template that knows no tools knows no calls and results either.
        let told =
            template.takesTools
            ? messages : ToolPrompt.messages(messages, tools: [], form: ToolCallForm(template: nil))
        return try template.render(told, tools: tools)
    }
}
