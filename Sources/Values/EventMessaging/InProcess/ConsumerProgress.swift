// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How far a durable consumer has come in a stream: a value that never waits.
struct ConsumerProgress {
    private struct Waiting {
        var deliveries: Int
        /// When it is delivered again.
        var due: Date
    }

    let configuration: EventConsumerConfiguration
    private var nextSequence: Int
    /// Delivered, and not acknowledged.
    private var waiting: [Int: Waiting] = [:]

    init(_ configuration: EventConsumerConfiguration, from sequence: Int) {
        self.configuration = configuration
        self.nextSequence = sequence
    }

    /// When the first of what waits is delivered again; nil where nothing waits.
    var nextDue: Date? { self.waiting.values.map(\.due).min() }

    /// Takes what is to be delivered.
    mutating func take(_ maximum: Int, of entries: StreamEntries, at now: Date) -> [EventDelivery] {
        var taken = self.redeliveries(maximum, of: entries, at: now)
        self.nextSequence = max(self.nextSequence, entries.sequence(of: .oldest))
        while taken.count < maximum, self.waiting.count < self.configuration.maximumUnacknowledged,
            let entry = entries.entry(self.nextSequence)
        {
            self.nextSequence += 1
            guard self.configuration.pattern?.matches(entry.event.subject) ?? true,
                entry.event.bytes == nil || self.configuration.takesBytes
            else { continue }
            self.waiting[entry.sequence] = Waiting(deliveries: 1, due: self.deadline(from: now))
            taken.append(EventDelivery(entry, deliveries: 1, token: ""))
        }
        return taken
    }

    private mutating func redeliveries(_ maximum: Int, of entries: StreamEntries, at now: Date) -> [EventDelivery] {
        guard let due = self.nextDue, due <= now else { return [] }
        var taken: [EventDelivery] = []
        for (sequence, waiting) in self.waiting.sorted(by: { $0.key < $1.key }) where waiting.due <= now {
            guard taken.count < maximum else { break }
            let isSpent = self.configuration.maximumDeliveries.map { waiting.deliveries >= $0 } ?? false
            guard !isSpent, let entry = entries.entry(sequence) else {
                self.waiting[sequence] = nil
                continue
            }
            self.waiting[sequence] = Waiting(deliveries: waiting.deliveries + 1, due: self.deadline(from: now))
            taken.append(EventDelivery(entry, deliveries: waiting.deliveries + 1, token: ""))
        }
        return taken
    }

    private func deadline(from now: Date) -> Date {
        now.addingTimeInterval(self.configuration.acknowledgementDeadline / .seconds(1))
    }

    /// Forgets what has been dealt with.
    mutating func settle(_ sequence: Int) { self.waiting[sequence] = nil }

    /// Sets when an event is delivered again: after a delay, or after the deadline where there is none.
    mutating func postpone(_ sequence: Int, by delay: Duration?, at now: Date) {
        let due = delay.map { now.addingTimeInterval($0 / .seconds(1)) } ?? self.deadline(from: now)
        self.waiting[sequence]?.due = due
    }
}
