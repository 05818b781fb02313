// SPDX-License-Identifier: Apache-2.0

package import AdapterMiddleware
internal import LLMCore
internal import Synchronization

/// Bounds how many requests a server works on at a time, and how many wait; others are refused at once.
///
/// A server that takes more than it can answer answers nobody in time; one that refuses some keeps its time for the others.
package final class RequestGate: Sendable {
    /// How much is done at a time.
    package struct Settings: Sendable, Hashable {
        /// How many requests at a time, 1 or more.
        package var limit: Int
        /// How many may wait.
        package var queue: Int
        /// How long one may wait.
        package var longestWait: Duration

        /// Describes a bound.
        package init(_ limit: Int, queue: Int, longestWait: Duration) {
            self.limit = max(1, limit)
            self.queue = max(0, queue)
            self.longestWait = longestWait
        }
    }

    private let settings: Mutex<Settings?>
    private let permits: PermitQueue
    private let time: Timekeeper

    /// Makes a gate.
    ///
    /// - Parameters:
    ///   - settings: How much is done at a time; nil for everything.
    ///   - time: The clock.
    package init(_ settings: Settings?, time: Timekeeper = Timekeeper()) {
        self.settings = Mutex(settings)
        self.permits = PermitQueue(permits: settings?.limit ?? .max, longestQueue: settings?.queue ?? 0)
        self.time = time
    }

    /// Bounds more or less from now on; what was let in while nothing was bounded is not counted.
    package func replace(_ settings: Settings?) {
        self.settings.withLock { $0 = settings }
        self.permits.resize(permits: settings?.limit ?? .max, longestQueue: settings?.queue ?? 0)
    }

    /// Whether anything is bounded now.
    package var isBounded: Bool { self.settings.withLock { $0 != nil } }

    /// How many wait.
    package var queueLength: Int { self.permits.queueLength }

    /// Whether a request may go on without waiting, and its place, which is held as long as the value; nil where nothing is bounded.
    package func enterAtOnce() -> (isLetIn: Bool, place: Lease?) {
        guard self.settings.withLock({ $0 }) != nil else { return (true, nil) }
        let place = self.permits.acquireAtOnce()
        return (place != nil, place)
    }

    /// Waits for a place, which is held as long as the value that is returned; nil where nothing is bounded.
    ///
    /// - Throws: ``LLMError`` with code `.overloaded` and the time after which to try again; `CancellationError`.
    package func enter() async throws -> Lease? {
        guard let wait = self.settings.withLock({ $0?.longestWait }) else { return nil }
        do {
            if let lease = self.permits.acquireAtOnce() { return lease }
            if let lease = try await self.time.race(wait, { try await self.permits.acquire() }) {
                return lease
            }
            throw Self.refusal(
                "The request has waited \(wait) for its turn; the server has too much to do.", wait)
        } catch is PermitQueue.Full { throw Self.refusal("The server has too much to do.", wait) }
    }

    private static func refusal(_ message: String, _ wait: Duration) -> LLMError {
        var error = LLMError(.overloaded, message, retryAfter: max(.seconds(1), wait))
        error.isOwnRefusal = true
        return error
    }
}
