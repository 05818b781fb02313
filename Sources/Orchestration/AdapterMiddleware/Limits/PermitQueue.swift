// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections
internal import Synchronization

/// Hands out a number of permits; who comes too late waits in line, up to a bound.
package final class PermitQueue: Sendable {
    /// The line is full.
    package struct Full: Error {}

    private struct State {
        var permits: Int
        /// Below zero where there are fewer permits now than are held.
        var free: Int
        var longestQueue: Int
        var arrivals = 0
        var waiting: OrderedDictionary<Int, CheckedContinuation<Lease, any Error>> = [:]
    }

    private let state: Mutex<State>

    /// Makes a queue with all permits free.
    package init(permits: Int, longestQueue: Int) {
        self.state = Mutex(State(permits: permits, free: permits, longestQueue: longestQueue))
    }

    /// Hands out another number of permits from now on; those that are held stay held, and who waits already may.
    package func resize(permits: Int, longestQueue: Int) {
        let admitted = self.state.withLock { state in
            state.free += permits - state.permits
            (state.permits, state.longestQueue) = (permits, longestQueue)
            let count = min(max(0, state.free), state.waiting.count)
            let admitted = Array(state.waiting.values.prefix(count))
            state.waiting.removeFirst(count)
            state.free -= count
            return admitted
        }
        for continuation in admitted { continuation.resume(returning: self.permit()) }
    }

    /// How many wait.
    package var queueLength: Int { self.state.withLock { $0.waiting.count } }

    /// Takes a permit where one is free.
    package func acquireAtOnce() -> Lease? {
        self.state.withLock { state in
            guard state.free > 0 else { return nil }
            state.free -= 1
            return self.permit()
        }
    }

    /// Takes a permit, or waits for one.
    ///
    /// - Throws: ``Full`` when as many wait as may; `CancellationError` when the task is cancelled.
    package func acquire() async throws -> Lease {
        let arrival = self.state.withLock { state in
            state.arrivals += 1
            return state.arrivals
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in self.enter(arrival, continuation) }
        } onCancel: {
            self.state.withLock { $0.waiting.removeValue(forKey: arrival) }?.resume(throwing: CancellationError())
        }
    }

    private func enter(_ arrival: Int, _ continuation: CheckedContinuation<Lease, any Error>) {
        let outcome: Result<Lease, any Error>? = self.state.withLock { state in
            // Cancelled before it could be put in line, where the handler would have found it.
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.free > 0 {
                state.free -= 1
                return .success(self.permit())
            }
            if state.waiting.count >= state.longestQueue { return .failure(Full()) }
            state.waiting[arrival] = continuation
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    private func permit() -> Lease { Lease { self.release() } }

    private func release() {
        let next = self.state.withLock { state in
            guard state.free >= 0, let next = state.waiting.values.first else {
                state.free += 1
                return nil as CheckedContinuation<Lease, any Error>?
            }
            state.waiting.removeFirst()
            return next
        }
        next?.resume(returning: self.permit())
    }
}
