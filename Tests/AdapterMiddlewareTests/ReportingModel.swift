// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// A model that embeds and scores, and tells how many tokens each text took.
struct ReportingModel: ModelAdapter {
    let name = "reporting"
    let capabilities: ModelCapabilities = [.embeddings, .scoring]
    let tokens: Int

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(.unsupported, "It writes no text.")
    }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { throw LLMError(.invalidRequest, "There is nothing to embed.") }
        for _ in texts { UsageMeter.report(TokenUsage(promptTokens: self.tokens, completionTokens: 0)) }
        return texts.map { _ in [1] }
    }

    func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        UsageMeter.report(TokenUsage(promptTokens: self.tokens, completionTokens: 0))
        return request.choices.map { ChoiceScore(choice: $0, logProbability: -1, tokenCount: 1) }
    }
}
