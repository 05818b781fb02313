// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

/// Something computed in steps on a serial queue; between two steps, whatever else waits there has its turn.
final class QueuedSteps<Value: Sendable>: @unchecked Sendable {  // `step` runs inside `queue`, which is serial.
    private let queue: DispatchQueue
    /// Let go of inside the queue, as what it holds (pages of a cache) may belong there.
    private var step: (() throws -> Value?)?
    private let handle = ActiveSequence.Handle()
    /// What the last step left for the task that waits; the lock makes that visible to it (and to Thread Sanitizer, which
    /// does not know that resuming a continuation does so, too).
    private let result = Mutex<Result<Value, any Error>>(.failure(CancellationError()))

    /// Prepares the steps.
    ///
    /// - Parameters:
    ///   - queue: Where they run, a serial one.
    ///   - step: Does one and returns the value, or nil when there is more to do.
    init(on queue: DispatchQueue, step: sending @escaping () throws -> Value?) {
        self.queue = queue
        self.step = step
    }

    /// Computes the value.
    ///
    /// - Throws: What a step throws; `CancellationError` before the first step after the task is cancelled.
    func value() async throws -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.queue.async { self.advance(continuation) }
            }
        } onCancel: {
            self.handle.cancel()
        }
        return try self.result.withLock(\.self).get()
    }

    private func advance(_ continuation: CheckedContinuation<Void, Never>) {
        do {
            if self.handle.isCancelled { throw CancellationError() }
            guard let value = try self.step?() else { return self.queue.async { self.advance(continuation) } }
            self.finish(.success(value))
        } catch {
            self.finish(.failure(error))
        }
        continuation.resume()
    }

    private func finish(_ result: Result<Value, any Error>) {
        self.step = nil
        self.result.withLock { $0 = result }
    }
}
