// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The text of an answer while it is generated, to be read once.
///
/// Cancelling the task that reads, or dropping the stream, stops the generation.
public struct TextStream: AsyncSequence, Sendable {
    /// What the stream gives: a piece of text, whole characters.
    public typealias Element = String

    private let events: GenerationStream

    init(_ events: GenerationStream) { self.events = events }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(events: self.events.makeAsyncIterator()) }

    /// Reads pieces of text.
    public struct Iterator: AsyncIteratorProtocol {
        private var events: GenerationStream.AsyncIterator
        private var isFinished = false

        init(events: GenerationStream.AsyncIterator) { self.events = events }

        /// The next piece, or nil at the end of the answer.
        ///
        /// - Throws: What the stream throws; ``LLMError`` with code `.truncatedStream` if it ends without saying why, and
        ///   `CancellationError` if the reading task was cancelled.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws -> String? {
            while let event = try await self.events.next(isolation: actor) {
                switch event {
                case .text(let delta): if !delta.text.isEmpty { return delta.text }
                case .toolCall: continue
                case .finished: self.isFinished = true
                }
            }
            try Task.checkCancellation()
            guard self.isFinished else {
                throw LLMError(.truncatedStream, "The stream ended without saying why.")
            }
            return nil
        }
    }
}
