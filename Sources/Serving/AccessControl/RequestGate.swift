// SPDX-License-Identifier: Apache-2.0

package import AdapterMiddleware
internal import LLMCore

/// Bounds how many requests a server works on at a time, and how many wait; others are refused at once.
///
/// A server that takes more than it can answer answers nobody in time; one that refuses some keeps its time for the others.
package final class RequestGate: Sendable {
    private let permits: PermitQueue
    private let longestWait: Duration
    private let time: Timekeeper

    /// Makes a gate.
    ///
    /// - Parameters:
    ///   - limit: How many at a time, 1 or more.
    ///   - queue: How many may wait.
    ///   - longestWait: How long one may wait.
    ///   - time: The clock.
    package init(_ limit: Int, queue: Int, longestWait: Duration, time: Timekeeper = Timekeeper()) {
        self.permits = PermitQueue(permits: max(1, limit), longestQueue: max(0, queue))
        self.longestWait = longestWait
        self.time = time
    }

    /// How many wait.
    package var queueLength: Int { self.permits.queueLength }

    /// A place that is free, which is held as long as the value that is returned; nil where none is.
    package func enterAtOnce() -> Lease? { self.permits.acquireAtOnce() }

    /// Waits for a place, which is held as long as the value that is returned.
    ///
    /// - Throws: ``LLMError`` with code `.overloaded` and the time after which to try again; `CancellationError`.
    package func enter() async throws -> Lease {
        do {
            if let lease = self.permits.acquireAtOnce() { return lease }
            if let lease = try await self.time.race(self.longestWait, { try await self.permits.acquire() }) {
                return lease
            }
            throw self.refusal(
                "The request has waited \(self.longestWait) for its turn; the server has too much to do.")
        } catch is PermitQueue.Full { throw self.refusal("The server has too much to do.") }
    }

    private func refusal(_ message: String) -> LLMError {
        var error = LLMError(.overloaded, message, retryAfter: max(.seconds(1), self.longestWait))
        error.isOwnRefusal = true
        return error
    }
}
