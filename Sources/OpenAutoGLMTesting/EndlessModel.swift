// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// A model whose answers never end: each piece is made when it is read, until whoever reads goes away.
public final class EndlessModel: ModelAdapter {
    /// `endless`.
    public let name = "endless"
    /// Chat and raw prompts.
    public let capabilities: ModelCapabilities = [.chat, .rawPrompts]
    private let piece: String
    private let made = Mutex(0)
    private let dropped: AsyncStream<Void>
    private let drop: AsyncStream<Void>.Continuation

    /// Makes a model that says the same again and again.
    public init(saying piece: String) {
        self.piece = piece
        (self.dropped, self.drop) = AsyncStream.makeStream()
    }

    /// How many pieces were read of all answers.
    public var pieceCount: Int { self.made.withLock { $0 } }

    /// Waits until an answer was dropped; each is told of once.
    public func waitForDrop() async { for await _ in self.dropped { return } }

    /// Answers for ever.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        let answer = Answer(self.drop)
        return GenerationStream {
            withExtendedLifetime(answer) { self.made.withLock { $0 += 1 } }
            return .text(TextDelta(text: self.piece))
        }
    }

    /// Counts nothing.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { 0 }

    /// Tells when nobody holds it any more.
    private final class Answer: Sendable {
        private let drop: AsyncStream<Void>.Continuation

        init(_ drop: AsyncStream<Void>.Continuation) { self.drop = drop }

        deinit { self.drop.yield() }
    }
}
