// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

/// Where media are decoded and models compute: on a thread of its own, one event at a time, so that tasks of others go on.
struct MediaWorker: Sendable {
    private let queue = DispatchQueue(label: "media")

    /// Does something there.
    ///
    /// - Throws: What the work throws; `CancellationError` where the task was cancelled before it began.
    func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            self.queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }
}
