// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

/// Where media are decoded and models compute: on a thread of its own, one event at a time, so that tasks of others go on.
package struct MediaWorker: Sendable {
    private let executor = QueueExecutor()

    /// Makes a worker.
    package init() {}

    /// Does something there, as part of the task that asks for it, so that the work can look whether it was cancelled.
    ///
    /// - Parameter work: What is to be done.
    /// - Throws: What the work throws; `CancellationError` where the task was cancelled before it began.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withTaskExecutorPreference(self.executor) { try await Self.perform(work) }
    }

    @concurrent
    private static func perform<Result: Sendable>(_ work: @Sendable () throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        return try work()
    }
}

/// Runs tasks on a queue of the system, one at a time.
private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "media")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
