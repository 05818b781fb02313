// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import Synchronization

/// How the reading of a stream ended.
package enum StreamEnding: Sendable {
    /// With its summary.
    case complete(GenerationSummary)
    /// With an error; a stream that ends without a summary is one.
    case failed(any Error)
    /// Whoever read went away.
    case dropped
}

extension GenerationStream {
    /// The same stream, watched.
    ///
    /// - Parameters:
    ///   - onEvent: Sees every event before the reader.
    ///   - onEnd: Called exactly once, as soon as the end is known, also when the stream is never read to its end.
    package func watched(
        onEvent: @escaping @Sendable (GenerationEvent) -> Void = { _ in },
        onEnd: @escaping @Sendable (StreamEnding) -> Void
    ) -> GenerationStream {
        let watch = StreamWatch(self, onEvent: onEvent, onEnd: onEnd)
        return GenerationStream { try await watch.next() }
    }
}

/// Tells the end of a stream once, at the latest when nobody holds the stream any more.
private final class StreamWatch: Sendable {
    private let stream: GenerationStream
    private let onEvent: @Sendable (GenerationEvent) -> Void
    private let onEnd: Mutex<(@Sendable (StreamEnding) -> Void)?>

    init(
        _ stream: GenerationStream, onEvent: @escaping @Sendable (GenerationEvent) -> Void,
        onEnd: @escaping @Sendable (StreamEnding) -> Void
    ) {
        self.stream = stream
        self.onEvent = onEvent
        self.onEnd = Mutex(onEnd)
    }

    deinit { self.end(.dropped) }

    func next() async throws -> GenerationEvent? {
        do {
            guard let event = try await self.stream.next() else {
                self.end(Task.isCancelled ? .dropped : .failed(LLMError(.truncatedStream, "The stream was cut off.")))
                return nil
            }
            self.onEvent(event)
            if case .finished(let summary) = event { self.end(.complete(summary)) }
            return event
        } catch {
            self.end(error is CancellationError ? .dropped : .failed(error))
            throw error
        }
    }

    private func end(_ ending: StreamEnding) { self.onEnd.withLock { $0.take() }?(ending) }
}
