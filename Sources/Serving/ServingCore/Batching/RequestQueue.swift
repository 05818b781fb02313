// SPDX-License-Identifier: Apache-2.0

/// A request that waits.
package struct QueueEntry<Payload: Sendable>: Sendable {
    /// A number of its own.
    package var id: UInt64
    /// What waits.
    package var payload: Payload
    /// How many inferences it counts for.
    package var size = 1
    /// Requests run together only where this is equal.
    package var shape = 0
    /// 1 is the most urgent; 0 is the model's default.
    package var priority = 0
    /// When it came, in nanoseconds.
    package var arrival: UInt64
    /// How many nanoseconds its client lets it wait; 0 says nothing.
    package var queueTime: UInt64 = 0
    /// Its place in a sequence.
    package var sequence: SequencePosition?
    /// When it has waited too long; the queue sets it.
    var expiry = UInt64.max

    /// Describes a request.
    package init(id: UInt64, payload: Payload, arrival: UInt64) {
        self.id = id
        self.payload = payload
        self.arrival = arrival
    }
}

/// What is to be done for an instance that is free.
package enum QueueDecision<Payload: Sendable>: Sendable {
    /// Run these together.
    case run([QueueEntry<Payload>])
    /// Ask again at that time, or when more has come.
    case wait(until: UInt64)
    /// Nothing waits.
    case idle
}

/// Decides which requests run together, and when: a value that never waits itself, and is told the time.
package protocol RequestQueue<Payload>: Sendable {
    /// What waits.
    associatedtype Payload: Sendable

    /// Whether it matters which instance is free.
    static var isByInstance: Bool { get }

    /// How many wait.
    var count: Int { get }

    /// When ``expire(at:)`` has something to do next; `.max` for never.
    var nextExpiry: UInt64 { get }

    /// Takes a request.
    ///
    /// - Throws: ``ServingError`` where it is refused.
    mutating func add(_ entry: QueueEntry<Payload>) throws

    /// Takes out what has waited too long and is refused for it.
    mutating func expire(at now: UInt64) -> [QueueEntry<Payload>]

    /// Decides for an instance that is free.
    mutating func next(for instance: Int, at now: UInt64) -> QueueDecision<Payload>

    /// Takes out a request that nobody waits for any more.
    mutating func remove(_ id: UInt64)

    /// Takes out everything.
    mutating func removeAll() -> [QueueEntry<Payload>]
}
