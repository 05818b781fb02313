// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// A model that keeps its last answer with all its tokens, for reports on what was asked through a parser.
final class LastResponse: ModelAdapter {
    private let base: any ModelAdapter
    private let last = Mutex(GenerationResponse())

    init(of base: any ModelAdapter) { self.base = base }

    var name: String { self.base.name }
    var capabilities: ModelCapabilities { self.base.capabilities }

    /// The last answer.
    var value: GenerationResponse { self.last.withLock { $0 } }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let response = try await self.base.generate(request).response()
        self.last.withLock { $0 = response }
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        continuation.yield(.text(TextDelta(text: response.text, tokens: response.tokens)))
        continuation.yield(.finished(response.summary))
        continuation.finish()
        return GenerationStream(events)
    }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { try await self.base.tokenCount(prompt) }
}
