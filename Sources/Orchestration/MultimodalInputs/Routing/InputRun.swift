// SPDX-License-Identifier: Apache-2.0

/// Reads a queue to its end: sends each event to its handler, and puts what was found together in windows.
public struct InputRun: Sendable {
    /// What comes out.
    public enum Output: Sendable {
        /// An event, and what was found in it.
        case handled(HandledInput)
        /// An event that its handler could not take.
        case failed(InputEvent, any Error)
        /// An event that no route takes.
        case ignored(InputEvent)
        /// What happened in a span of time.
        case window(InputWindow)
    }

    private static let tick = Duration.milliseconds(50)

    private let queue: InputQueue
    private let router: InputRouter
    private let windows: WindowRule

    /// Prepares to read a queue.
    public init(_ queue: InputQueue, router: InputRouter, windows: WindowRule) {
        self.queue = queue
        self.router = router
        self.windows = windows
    }

    /// Reads until the queue is finished, or the task is cancelled.
    ///
    /// The receipt of an event is settled when it was given out, and each window that has it.
    /// - Parameter give: Takes what comes out, in order; nothing further happens before it returns.
    /// - Throws: What `give` throws; `CancellationError`.
    public func run(_ give: @escaping @Sendable (Output) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.tick)
                    self.queue.tick()
                }
            }
            defer { group.cancelAll() }
            var aligner = WindowAligner(self.windows, byteCapacity: self.queue.settings.byteCapacity)
            while let event = await self.queue.next() {
                let output = await self.output(event)
                try Task.checkCancellation()
                try await give(output)
                guard case .handled(let input) = output else {
                    event.receipt?.settle()
                    continue
                }
                for window in aligner.add(input) { try await give(.window(window)) }
                for receipt in aligner.takeSettled() { receipt.settle() }
            }
            try Task.checkCancellation()
            for window in aligner.finish() { try await give(.window(window)) }
            for receipt in aligner.takeSettled() { receipt.settle() }
        }
    }

    private func output(_ event: InputEvent) async -> Output {
        do {
            return try await self.router.handle(event).map { .handled($0) } ?? .ignored(event)
        } catch {
            return .failed(event, error)
        }
    }
}
