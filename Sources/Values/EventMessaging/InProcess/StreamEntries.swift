// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The events of a stream within its limits, and the identifiers that came lately.
struct StreamEntries {
    private let configuration: EventStreamConfiguration
    private var entries = Deque<(stored: StoredEvent, bytes: Int)>()
    private var bytes = 0
    private(set) var nextSequence = 1
    private var known: [String: Int] = [:]
    private var knownTimes = Deque<(id: String, time: Date)>()

    init(_ configuration: EventStreamConfiguration) { self.configuration = configuration }

    var state: EventStreamState {
        EventStreamState(
            count: self.entries.count, bytes: self.bytes, firstSequence: self.firstSequence,
            lastSequence: self.nextSequence - 1)
    }

    private var firstSequence: Int { self.nextSequence - self.entries.count }

    /// Keeps an event, unless its identifier came lately.
    mutating func append(_ event: Event, at now: Date) -> StreamReceipt {
        self.forget(now)
        if let sequence = self.known[event.id] { return StreamReceipt(sequence: sequence, isDuplicate: true) }
        let sequence = self.nextSequence
        let size = event.byteCount
        self.entries.append((StoredEvent(event: event, sequence: sequence, time: now), size))
        self.nextSequence += 1
        self.bytes += size
        self.known[event.id] = sequence
        self.knownTimes.append((event.id, now))
        self.drop(now)
        return StreamReceipt(sequence: sequence, isDuplicate: false)
    }

    /// Drops what is over the limits.
    mutating func drop(_ now: Date) {
        while let oldest = self.entries.first, self.isOver(oldest.stored, now) {
            self.bytes -= oldest.bytes
            self.entries.removeFirst()
        }
    }

    private func isOver(_ oldest: StoredEvent, _ now: Date) -> Bool {
        if let most = self.configuration.maximumCount, self.entries.count > most { return true }
        if let most = self.configuration.maximumBytes, self.bytes > most { return true }
        guard let age = self.configuration.maximumAge else { return false }
        return now.timeIntervalSince(oldest.time) > age / .seconds(1)
    }

    private mutating func forget(_ now: Date) {
        let window = self.configuration.duplicateWindow / .seconds(1)
        while let oldest = self.knownTimes.first, now.timeIntervalSince(oldest.time) > window {
            self.known[oldest.id] = nil
            self.knownTimes.removeFirst()
        }
    }

    /// The event of a sequence; nil where it is gone or has not come.
    func entry(_ sequence: Int) -> StoredEvent? {
        let index = sequence - self.firstSequence
        return self.entries.indices.contains(index) ? self.entries[index].stored : nil
    }

    /// The sequence to begin with.
    func sequence(of start: EventStreamStart) -> Int {
        switch start {
        case .oldest: self.firstSequence
        case .next: self.nextSequence
        case .sequence(let number): max(number, self.firstSequence)
        case .time(let time):
            self.firstSequence + (self.entries.firstIndex { $0.stored.time >= time } ?? self.entries.count)
        }
    }
}
