// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Synchronization

/// A model that can do whatever a protocol can ask, without a mind, and that remembers what it was asked.
final class CapableModel: ModelAdapter {
    let name = "capable"
    let capabilities: ModelCapabilities = [
        .chat, .rawPrompts, .tools, .logProbabilities, .embeddings, .images, .jsonConstraints,
    ]
    /// Whether answers break off after their first piece.
    private let breaksOff: Bool
    private let asked = Mutex<[GenerationRequest]>([])

    static let pieces = ["The ", "capital is", " Paris", " é😀", "."]
    static let promptTokens = 7

    init(breaksOff: Bool = false) { self.breaksOff = breaksOff }

    /// Everything it was asked.
    var requests: [GenerationRequest] { self.asked.withLock { $0 } }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        self.asked.withLock { $0.append(request) }
        var events = self.answer(to: request)
        if self.breaksOff { events.removeLast(events.count - 1) }
        let waiting = Mutex(events[...])
        return GenerationStream(unfolding: { waiting.withLock { $0.popFirst() } })
    }

    func embed(_ texts: [String]) async throws -> [[Float]] { texts.map { [Float($0.count), 0.5] } }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { Self.promptTokens }

    private func answer(to request: GenerationRequest) -> [GenerationEvent] {
        if request.offersTools, !Self.hasResults(request.prompt) {
            let calls = ["Paris", "Rome"].enumerated().map {
                ToolCall(id: "call-\($0)", name: request.tools[0].name, arguments: ["city": .string($1)])
            }
            return calls.map { .toolCall($0) } + [Self.end(.toolCalls, tokens: 9)]
        }
        let wantsJSON = request.constraint != nil || Self.text(request.prompt).contains("JSON")
        let pieces = wantsJSON ? [#"{"city":"#, #" "Rome"}"#] : Self.pieces
        let kept = pieces.prefix(request.maxTokens ?? pieces.count)
        let reason: FinishReason = kept.count < pieces.count ? .length : .stop
        return kept.map { .text(Self.delta($0, top: request.topLogProbabilities)) }
            + [Self.end(reason, tokens: kept.count)]
    }

    private static func delta(_ text: String, top: Int?) -> TextDelta {
        guard let top else { return TextDelta(text: text) }
        let alternatives = [
            SampledToken.Alternative(text: text, logProbability: -0.5), .init(text: "other", logProbability: -1.5),
        ]
        return TextDelta(
            text: text,
            tokens: [SampledToken(text: text, logProbability: -0.5, alternatives: Array(alternatives.prefix(top)))])
    }

    private static func end(_ reason: FinishReason, tokens: Int) -> GenerationEvent {
        let usage = TokenUsage(
            promptTokens: Self.promptTokens, completionTokens: tokens, cachedPromptTokens: 3)
        return .finished(GenerationSummary(finishReason: reason, usage: usage))
    }

    private static func text(_ prompt: GenerationPrompt) -> String {
        switch prompt {
        case .raw(let text): text
        case .messages(let messages): messages.map(\.text).joined(separator: "\n")
        }
    }

    private static func hasResults(_ prompt: GenerationPrompt) -> Bool {
        guard case .messages(let messages) = prompt else { return false }
        return messages.contains { $0.role == .tool }
    }
}
