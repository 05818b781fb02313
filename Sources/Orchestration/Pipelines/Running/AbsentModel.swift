// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Stands where no model may be asked.
package struct AbsentModel: ModelAdapter {
    /// Gives the error of whoever asks all the same.
    let refuse: @Sendable () -> any Error

    /// Refuses everything.
    ///
    /// - Parameter refuse: Gives the error of whoever asks all the same.
    package init(refuse: @escaping @Sendable () -> any Error) { self.refuse = refuse }

    package var name: String { "none" }
    package var capabilities: ModelCapabilities { [.chat, .rawPrompts, .scoring, .tools, .constraints] }

    package func generate(_ request: GenerationRequest) async throws -> GenerationStream { throw self.refuse() }

    package func score(_ request: ScoringRequest) async throws -> [ChoiceScore] { throw self.refuse() }

    package func embed(_ texts: [String]) async throws -> [[Float]] { throw self.refuse() }

    package func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { throw self.refuse() }

    static func refusal(_ message: String) -> any Error { LLMError(.unsupported, message) }
}
