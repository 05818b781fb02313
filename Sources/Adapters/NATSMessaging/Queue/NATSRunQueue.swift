// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A queue of runs in a key-value bucket of JetStream, for the processes of any number of machines.
///
/// A key is a run, and its value the run's place in line. Every process adds up the places from the bucket's messages; whoever
/// changes one writes it under the condition that nothing else was written since (`Nats-Expected-Last-Sequence`), and looks
/// again where something was. So all changes have one order, and none is made by who did not know the one before.
///
/// Leases compare clocks of machines: they must agree within a fraction of the time that a lease lasts.
public actor NATSRunQueue: RunQueue {
    /// The sequence of a run that is not the one expected, in the server's errors.
    private static let wrongSequence = 10071
    /// After how long nobody needs to learn any more that a run has left the line.
    private static let memory: TimeInterval = 3600

    private let api: JetStreamAPI
    private let bucket: String
    private let now: @Sendable () -> Date
    private var line = RunLine()
    /// When the line was last added up from all messages.
    private var lastRebuild: Date?
    private var isOpen = false

    /// Keeps a queue in a bucket.
    ///
    /// - Parameters:
    ///   - bus: The server; the queue ends with it.
    ///   - name: Names the queue among those of the server: letters, digits, `-` and `_`.
    ///   - now: The time of day, the same for all who share the queue.
    /// - Throws: ``EventError`` with code `.invalidOptions`.
    public init(_ bus: NATSEventBus, name: String = "runs", now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.bucket = "autoglm_\(name)"
        try EventStreamConfiguration(self.bucket, subjects: [EventPattern("a")]).check()
        self.api = JetStreamAPI(connection: bus.connection, inbox: bus.inbox)
        self.now = now
    }

    // MARK: - The queue

    /// Puts a run in line; nothing changes where it is in line already.
    public func enqueue(_ ticket: RunTicket) async throws {
        try await self.change {
            guard self.line[ticket.run] == nil else { return (nil, ()) }
            let readyAt = self.time(in: ticket.delay)
            var ticket = ticket
            ticket.delay = .zero
            return (RunLine.Place(ticket: ticket, order: self.line.sequence + 1, readyAt: readyAt), ())
        }
    }

    /// Takes a run that is ready, with equal shares for tenants.
    public func lease(for worker: String, duration: Duration) async throws -> RunLease? {
        try await self.change {
            guard var place = self.line.next(at: self.time(in: .zero)) else { return (nil, nil) }
            place.lease = self.line.sequence + 1
            place.deliveries += 1
            place.worker = worker
            place.readyAt = self.time(in: duration)
            return (place, RunLease(place.ticket, number: place.lease, deliveries: place.deliveries))
        }
    }

    /// Keeps a lease from running out.
    public func extend(_ lease: RunLease, by duration: Duration) async throws -> LeaseStanding {
        try await self.change {
            guard var place = self.line[lease.ticket.run], place.isHeld(by: lease) else { return (nil, .lost) }
            place.readyAt = self.time(in: duration)
            return (place, place.isCancelled ? .cancelled : .held)
        }
    }

    /// Takes a run out of the line: there is nothing more to do.
    public func complete(_ lease: RunLease) async throws -> Bool {
        try await self.changeHeld(lease) { $0.isGone = true }
    }

    /// Gives a run back.
    public func release(_ lease: RunLease, after delay: Duration, counts: Bool) async throws -> Bool {
        let readyAt = self.time(in: delay)
        return try await self.changeHeld(lease) { place in
            place.worker = nil
            place.readyAt = readyAt
            if !counts { place.deliveries -= 1 }
        }
    }

    /// Puts a run aside that has been delivered too often.
    public func setAside(_ lease: RunLease, reason: String) async throws -> Bool {
        try await self.changeHeld(lease) { place in
            place.worker = nil
            place.asideReason = reason
        }
    }

    /// Puts a run that was set aside in line again, its deliveries forgotten.
    public func restore(_ run: String) async throws -> Bool {
        try await self.change {
            guard var place = self.line[run], place.asideReason != nil else { return (nil, false) }
            place.asideReason = nil
            place.deliveries = 0
            place.readyAt = self.time(in: .zero)
            return (place, true)
        }
    }

    /// Takes a run out of the line, or has its worker told that it is not wanted any more.
    public func cancel(_ run: String) async throws -> Bool {
        try await self.change {
            guard var place = self.line[run] else { return (nil, false) }
            if place.isUnderWay(at: self.time(in: .zero)) { place.isCancelled = true } else { place.isGone = true }
            return (place, true)
        }
    }

    /// What is in line and what was set aside, in the order of entry.
    public func entries(limit: Int) async throws -> [QueueEntry] {
        try await self.look()
        return self.line.entries(limit: limit, at: self.time(in: .zero))
    }

    private func changeHeld(_ lease: RunLease, _ work: @escaping (inout RunLine.Place) -> Void) async throws -> Bool {
        try await self.change {
            guard var place = self.line[lease.ticket.run], place.isHeld(by: lease) else { return (nil, false) }
            work(&place)
            return (place, true)
        }
    }

    private func time(in delay: Duration) -> Double { self.now().timeIntervalSince1970 + delay / .seconds(1) }

    // MARK: - Messages

    /// Changes a place, after everything that others have changed.
    ///
    /// - Parameter decide: Gives the place to write, nil for none, and what is returned; asked again where others were first.
    private func change<Value>(
        _ decide: () throws -> (place: RunLine.Place?, value: Value)
    ) async throws -> Value {
        while true {
            try await self.look()
            let (place, value) = try decide()
            guard let place else { return value }
            if try await self.write(place, after: self.line.sequence) { return value }
        }
    }

    /// Writes a place unless something else was written since a sequence.
    private func write(_ place: RunLine.Place, after expected: Int) async throws -> Bool {
        var message = NATSMessage(
            subject: "$KV.\(self.bucket).\(Self.key(place.ticket.run))", data: Array(place.json.serialized().utf8))
        message.headers = [
            ("Nats-Expected-Last-Sequence", "\(expected)"),
            ("Nats-Msg-Id", "\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))"),
        ]
        do {
            let receipt = try await self.api.publish([message])[0]
            // Where others were first, the next look brings it.
            if receipt.sequence == self.line.sequence + 1 { self.line.apply(place, at: receipt.sequence) }
            return true
        } catch let refusal as JetStreamAPI.Refusal where refusal.code == Self.wrongSequence {
            return false
        } catch let refusal as JetStreamAPI.Refusal { throw refusal.error }
    }

    /// Learns what others have changed; where that fails, the line is as it was.
    private func look() async throws {
        do {
            if !self.isOpen {
                try await self.api.openBucket(self.bucket)
                self.isOpen = true
            }
            let now = self.now()
            // A line of long ago may have missed what is forgotten, and has what nobody needs any more.
            if self.lastRebuild.map({ now.timeIntervalSince($0) > Self.memory / 2 }) ?? true {
                try await self.rebuild(now)
            }
            let (changes, last) = try await self.changes(after: self.line.sequence)
            for change in changes { self.line.apply(change.place, at: change.sequence) }
            self.line.apply(nil, at: last)
        } catch let refusal as JetStreamAPI.Refusal { throw refusal.error }
    }

    /// Adds the line up anew, and removes the messages of runs that have left it long ago.
    ///
    /// The line is exchanged at once and never for an earlier one, so that a look that waits meanwhile can add to it.
    private func rebuild(_ now: Date) async throws {
        var (line, old) = (RunLine(), [Int]())
        var known: Int
        repeat {
            known = self.line.sequence
            let (changes, last) = try await self.changes(after: line.sequence)
            for change in changes {
                let isOld = change.place?.isGone == true && now.timeIntervalSince(change.time) > Self.memory
                if isOld { old.append(change.sequence) }
                line.apply(isOld ? nil : change.place, at: change.sequence)
            }
            line.apply(nil, at: last)
            // A bucket that has less than was known before is another one.
        } while line.sequence >= known && line.sequence < self.line.sequence
        self.line = line
        self.lastRebuild = now
        for sequence in old { try await self.delete(sequence) }
    }

    /// What was written after a sequence, in order, and the last sequence that there is.
    private func changes(
        after sequence: Int
    ) async throws -> (changes: [(place: RunLine.Place?, sequence: Int, time: Date)], last: Int) {
        let stream = "KV_\(self.bucket)"
        let last = try await self.api.ask("STREAM.INFO.\(stream)")["state"]?["last_seq"]?.integerValue ?? 0
        guard last > sequence else { return ([], last) }
        let found = try await self.api.read(stream, .sequence(sequence + 1), nil, limit: .max)
        let changes = found.map { message, delivery in
            let place = (try? JSONValue(parsing: message.data)).flatMap { RunLine.Place($0) }
            return (place: place, sequence: delivery.sequence, time: delivery.time)
        }
        return (changes, last)
    }

    /// Removes a message; another process may have been first.
    private func delete(_ sequence: Int) async throws {
        do {
            _ = try await self.api.ask(
                "STREAM.MSG.DELETE.KV_\(self.bucket)", ["seq": .integer(sequence), "no_erase": true])
        } catch is JetStreamAPI.Refusal {}
    }

    /// A run's name as a word of a subject.
    private static func key(_ run: String) -> String {
        run.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                String(UnicodeScalar(byte))
            default: "_\(String(byte, radix: 16))_"
            }
        }.joined()
    }
}
