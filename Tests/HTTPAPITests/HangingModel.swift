// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// A model that says one thing and never ends, and tells when its generation begins and when nobody reads it any more.
final class HangingModel: ModelAdapter {
    let name = "endless"
    let capabilities: ModelCapabilities = .chat
    let started: AsyncStream<Void>
    let stopped: AsyncStream<Void>
    private let start: AsyncStream<Void>.Continuation
    private let stop: AsyncStream<Void>.Continuation

    init() {
        (self.started, self.start) = AsyncStream.makeStream()
        (self.stopped, self.stop) = AsyncStream.makeStream()
    }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        continuation.onTermination = { _ in
            withExtendedLifetime(continuation) {}
            self.stop.yield()
        }
        continuation.yield(.text(TextDelta(text: "Once")))
        self.start.yield()
        return GenerationStream(events)
    }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { 1 }
}
