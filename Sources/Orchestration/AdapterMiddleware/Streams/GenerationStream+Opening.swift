// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

extension GenerationStream {
    /// Reads one event; several values may read one stream in turn.
    ///
    /// Iterators of a stream share its place, and a fresh one costs next to nothing.
    func next() async throws -> GenerationEvent? {
        var iterator = self.makeAsyncIterator()
        return try await iterator.next()
    }

    /// Waits for the first event, before which nothing has been given out and another attempt is safe.
    ///
    /// - Returns: The whole stream, the first event included.
    /// - Throws: What the stream throws; ``LLMError`` with code `.truncatedStream` when it ends at once.
    func opened() async throws -> GenerationStream {
        guard let first = try await self.next() else {
            try Task.checkCancellation()
            throw LLMError(.truncatedStream, "The stream ended before the first event.")
        }
        let opening = Opening(first)
        return GenerationStream {
            if let first = opening.take() { return first }
            return try await self.next()
        }
    }
}

/// An event that is given once.
private final class Opening: Sendable {
    private let event: Mutex<GenerationEvent?>

    init(_ event: GenerationEvent) { self.event = Mutex(event) }

    func take() -> GenerationEvent? { self.event.withLock { $0.take() } }
}
