// SPDX-License-Identifier: Apache-2.0

/// One step of an executor, read as it is written.
///
/// The executor runs in a task that this owns: it is cancelled with the reader, or when nobody reads any more, and has
/// ended when the reader has seen the end.
final class ExecutorTurn: Sendable {
    typealias Event = LanguageModelExecutorGenerationChannel.Event

    private let task: Task<Void, Never>
    private let events: AsyncThrowingStream<Event, any Error>

    /// Starts a step.
    init(_ body: @escaping @Sendable (LanguageModelExecutorGenerationChannel) async throws -> Void) {
        let (events, continuation) = AsyncThrowingStream<Event, any Error>.makeStream()
        self.events = events
        self.task = Task {  // ends with this turn, which cancels it
            do {
                try await body(LanguageModelExecutorGenerationChannel(continuation))
                continuation.finish()
            } catch { continuation.finish(throwing: error) }
        }
    }

    deinit { self.task.cancel() }

    /// What was written next; nil at the end.
    ///
    /// - Throws: What the executor throws; `CancellationError` where the reader was cancelled.
    func next() async throws -> Event? {
        var iterator = self.events.makeAsyncIterator()
        let event = try await withTaskCancellationHandler {
            try await iterator.next()
        } onCancel: {
            self.task.cancel()
        }
        if event == nil {
            await self.task.value
            try Task.checkCancellation()
        }
        return event
    }
}
