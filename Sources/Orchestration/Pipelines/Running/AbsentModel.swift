// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Stands where no model may be asked.
struct AbsentModel: ModelAdapter {
    /// Gives the error of whoever asks all the same.
    let refuse: @Sendable () -> any Error

    var name: String { "none" }
    var capabilities: ModelCapabilities { [.chat, .rawPrompts, .scoring, .tools, .constraints] }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream { throw self.refuse() }

    func score(_ request: ScoringRequest) async throws -> [ChoiceScore] { throw self.refuse() }

    func embed(_ texts: [String]) async throws -> [[Float]] { throw self.refuse() }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { throw self.refuse() }

    static func refusal(_ message: String) -> any Error { LLMError(.unsupported, message) }
}
