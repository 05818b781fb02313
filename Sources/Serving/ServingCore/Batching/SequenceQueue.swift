// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import LLMCore

/// The queue of sequence batching: each sequence has a place on one instance, where its requests run one after the other.
///
/// A run has at most one request of each place. Where all places are taken, new sequences wait until one ends, or has been
/// silent for ``SequencePolicy/maximumIdle``.
package struct SequenceQueue<Payload: Sendable>: RequestQueue {
    private typealias Entry = QueueEntry<Payload>
    private typealias ID = SequencePosition.ID

    private struct Place {
        var sequence: ID?
        var waiting = Deque<Entry>()
        var lastActive: UInt64 = 0
    }

    private struct Address {
        var instance: Int
        var place: Int
    }

    package static var isByInstance: Bool { true }
    package private(set) var count = 0
    private let policy: SequencePolicy
    private var places: [[Place]]
    private var addresses: [ID: Address] = [:]
    /// Requests of sequences without a place, each sequence's in order.
    private var backlog: [ID: Deque<Entry>] = [:]
    private var backlogOrder = Deque<ID>()

    /// An empty queue for so many instances.
    package init(_ policy: SequencePolicy, instances: Int) {
        self.policy = policy
        let places = Array(repeating: Place(), count: max(1, policy.places))
        self.places = Array(repeating: places, count: max(1, instances))
    }

    package var nextExpiry: UInt64 {
        guard !self.backlog.isEmpty else { return .max }
        return self.places.joined().reduce(.max) { earliest, place in
            place.waiting.isEmpty ? min(earliest, self.idleEnd(place)) : earliest
        }
    }

    package mutating func add(_ entry: QueueEntry<Payload>) throws {
        guard let position = entry.sequence else {
            throw ServingError(
                .invalidArgument, "The model works on sequences: give 'sequence_id' a number or text of your own.")
        }
        if let address = self.addresses[position.id] {
            let isForgotten = self.isForgotten(self.places[address.instance][address.place], at: entry.arrival)
            guard !isForgotten || position.isStart else {
                self.release(address)
                throw Self.notStarted
            }
            self.places[address.instance][address.place].waiting.append(entry)
            self.places[address.instance][address.place].lastActive = entry.arrival
        } else if self.backlog[position.id] != nil {
            self.backlog[position.id]?.append(entry)
        } else {
            guard position.isStart else { throw Self.notStarted }
            self.backlog[position.id] = [entry]
            self.backlogOrder.append(position.id)
            self.fillPlaces(at: entry.arrival)
        }
        self.count += 1
    }

    package mutating func expire(at now: UInt64) -> [QueueEntry<Payload>] {
        self.fillPlaces(at: now)
        return []
    }

    package mutating func next(for instance: Int, at now: UInt64) -> QueueDecision<Payload> {
        let ready = self.places[instance].indices.filter { !self.places[instance][$0].waiting.isEmpty }
        guard !ready.isEmpty else { return .idle }
        let chosen = self.fitting(ready, on: instance)
        let arrivals = chosen.map { self.places[instance][$0].waiting[0].arrival }
        let due = (arrivals.min() ?? now).addingReportingOverflow(self.policy.maximumDelay)
        let isFull = Double(ready.count) >= self.policy.minimumShare * Double(self.places[instance].count)
        // Without a share, only a full instance need not wait for others.
        let isEnough = self.policy.minimumShare > 0 ? isFull : ready.count == self.places[instance].count
        guard isEnough || (!due.overflow && due.partialValue <= now) else {
            return .wait(until: due.overflow ? .max : due.partialValue)
        }
        return .run(chosen.compactMap { self.take(from: Address(instance: instance, place: $0), at: now) })
    }

    package mutating func remove(_ id: UInt64) {
        for instance in self.places.indices {
            for place in self.places[instance].indices {
                let before = self.places[instance][place].waiting.count
                self.places[instance][place].waiting.removeAll { $0.id == id }
                self.count -= before - self.places[instance][place].waiting.count
            }
        }
        for sequence in self.backlogOrder {
            guard var entries = self.backlog[sequence], entries.contains(where: { $0.id == id }) else { continue }
            entries.removeAll { $0.id == id }
            self.count -= 1
            self.backlog[sequence] = entries.isEmpty ? nil : entries
        }
        self.backlogOrder.removeAll { self.backlog[$0] == nil }
    }

    package mutating func removeAll() -> [QueueEntry<Payload>] {
        let all = self.places.joined().flatMap(\.waiting) + self.backlogOrder.flatMap { self.backlog[$0] ?? [] }
        self = SequenceQueue(self.policy, instances: self.places.count)
        return all
    }

    // MARK: Places

    private static var notStarted: ServingError {
        ServingError(
            .invalidArgument,
            "The sequence is not known, or has been silent too long: its first request needs 'sequence_start'.")
    }

    private func idleEnd(_ place: Place) -> UInt64 {
        let (sum, overflows) = place.lastActive.addingReportingOverflow(self.policy.maximumIdle)
        return overflows ? .max : sum
    }

    private func isForgotten(_ place: Place, at now: UInt64) -> Bool {
        place.waiting.isEmpty && self.idleEnd(place) <= now
    }

    /// The places whose next requests fit into one run, from the one that waits longest.
    private func fitting(_ ready: [Int], on instance: Int) -> [Int] {
        let places = self.places[instance]
        var (chosen, size): ([Int], Int) = ([], 0)
        for index in ready.sorted(by: { places[$0].waiting[0].arrival < places[$1].waiting[0].arrival }) {
            let entry = places[index].waiting[0]
            let first = chosen.first.map { places[$0].waiting[0].shape } ?? entry.shape
            guard chosen.isEmpty || (size + entry.size <= self.policy.maximumSize && entry.shape == first) else {
                continue
            }
            chosen.append(index)
            size += entry.size
        }
        return chosen
    }

    private mutating func take(from address: Address, at now: UInt64) -> Entry? {
        guard let entry = self.places[address.instance][address.place].waiting.popFirst() else { return nil }
        self.count -= 1
        self.places[address.instance][address.place].lastActive = now
        let goesOn = !self.places[address.instance][address.place].waiting.isEmpty
        if entry.sequence?.isEnd == true, !goesOn {
            self.release(address)
            self.fillPlaces(at: now)
        }
        return entry
    }

    private mutating func release(_ address: Address) {
        if let sequence = self.places[address.instance][address.place].sequence { self.addresses[sequence] = nil }
        self.places[address.instance][address.place].sequence = nil
    }

    /// Gives free places to the sequences that wait, on the instances that have most of them.
    private mutating func fillPlaces(at now: UInt64) {
        while let sequence = self.backlogOrder.first {
            guard let address = self.freePlace(at: now), let entries = self.backlog.removeValue(forKey: sequence) else {
                return
            }
            self.backlogOrder.removeFirst()
            self.release(address)
            self.places[address.instance][address.place] = Place(
                sequence: sequence, waiting: entries, lastActive: now)
            self.addresses[sequence] = address
        }
    }

    private func freePlace(at now: UInt64) -> Address? {
        let open = self.places.indices.map { instance in
            self.places[instance].indices.filter {
                let place = self.places[instance][$0]
                return place.sequence == nil || self.isForgotten(place, at: now)
            }
        }
        guard let instance = open.indices.max(by: { open[$0].count < open[$1].count }), let place = open[instance].first
        else { return nil }
        return Address(instance: instance, place: place)
    }
}
