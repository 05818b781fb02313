// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import LLMCore

/// Puts events in the order in which they happened; it never waits, and time comes in from outside.
///
/// An event is given out once every source that is not silent has told something that happened later by at least the
/// watermark: until then an earlier one may come.
public struct InputOrder: Sendable {
    /// What became of an event.
    public enum Insertion: Sendable, Hashable {
        /// It waits for its turn.
        case taken
        /// It is given out next, marked as late.
        case late
        /// It, or the earliest that waited, was dropped.
        case dropped
        /// There is no room.
        case full
    }

    private static let maximumSources = 4_096
    /// By how much a source's clock may be ahead of ours where they are to be the same: an hour.
    private static let maximumLead: Int64 = 3_600_000_000_000

    private struct Source {
        var clock = SourceClock()
        var latest: Int64
        var lastArrival: Int64
        var isSilent = false
    }

    /// How events are put in order.
    public let settings: InputOrderSettings
    /// How many events were dropped because they came too late.
    public private(set) var lateDropped = 0
    /// How many events were dropped for want of room.
    public private(set) var fullDropped = 0
    /// The time up to which everything may be given out; what comes and happened before it is late.
    public private(set) var frontier = Int64.min

    private var waiting: CalendarQueue
    private var lateEvents = Deque<InputEvent>()
    private var sources: [Source] = []
    private var numbers: [String: Int] = [:]
    /// The source that holds the frontier back.
    private var slowest = 0

    /// An order that nothing was put into yet.
    public init(_ settings: InputOrderSettings) {
        self.settings = settings
        self.waiting = CalendarQueue(span: settings.watermark)
    }

    /// How many events wait.
    public var count: Int { self.waiting.count + self.lateEvents.count }
    /// How many bytes the payloads of those are.
    public private(set) var bytes = 0
    /// Whether there is no room for another event.
    public var isFull: Bool {
        self.count >= self.settings.capacity || self.bytes >= self.settings.byteCapacity
    }

    /// How much a source's clock and ours move apart, in seconds each second; nil for a source that told nothing yet.
    public func skew(of source: String) -> Double? { self.numbers[source].map { self.sources[$0].clock.skew } }

    // MARK: - In

    /// Waits for a source that has told nothing yet, until it counts as silent.
    ///
    /// - Parameters:
    ///   - source: The source.
    ///   - now: The time in nanoseconds by our clock.
    public mutating func expect(_ source: String, now: Int64) {
        guard self.numbers[source] == nil, self.sources.count < Self.maximumSources else { return }
        self.numbers[source] = self.sources.count
        self.slowest = self.sources.count
        self.sources.append(Source(latest: .min, lastArrival: now))
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - arrival: When it came, in nanoseconds by our clock.
    /// - Throws: ``MultimodalError`` with code `.late` where late events are refused, `.invalidEvent` for one that happens
    ///   more than an hour after it came by clocks that are the same, `.queueFull` where more than 4,096 sources tell
    ///   something at a time.
    public mutating func insert(_ event: InputEvent, arrival: Int64) throws -> Insertion {
        try self.checkTime(of: event, arrival)
        var event = event
        let isFull = self.isFull
        if isFull, self.settings.whenFull == .wait || self.settings.whenFull == .refuse { return .full }
        let time = try self.note(event, arrival)
        event.timestamp = time
        if time < self.frontier { return try self.takeLate(event, behind: self.frontier &- time, isFull) }
        if isFull, !self.makeRoom(for: event) { return .dropped }
        self.bytes += event.payload.byteCount
        self.waiting.insert(event)
        return isFull ? .dropped : .taken
    }

    /// Refuses what would put all that comes after it behind the frontier.
    private func checkTime(of event: InputEvent, _ arrival: Int64) throws {
        guard self.settings.clocks == .shared, event.timestamp > arrival else { return }
        let (lead, isOver) = event.timestamp.subtractingReportingOverflow(arrival)
        guard isOver || lead > Self.maximumLead else { return }
        throw MultimodalError(
            .invalidEvent,
            "An event of '\(event.source)' is to happen more than an hour after it came (at \(event.timestamp) ns since 1970): set its clock, or let clocks be estimated."
        )
    }

    /// Drops the earliest events that wait, late ones first, until there is room; false where the newest is to be dropped.
    private mutating func makeRoom(for event: InputEvent) -> Bool {
        guard self.settings.whenFull != .dropNewest else {
            self.fullDropped += 1
            event.receipt?.settle()
            return false
        }
        while self.isFull {
            self.fullDropped += 1
            let dropped = self.popLate() ?? self.popWaiting()
            dropped?.receipt?.settle()
        }
        return true
    }

    private mutating func takeLate(_ event: InputEvent, behind: Int64, _ isFull: Bool) throws -> Insertion {
        switch self.settings.whenLate {
        case .fail:
            throw MultimodalError(
                .late,
                "An event of '\(event.source)' came \(Double(behind) / 1e6) ms after the watermark; raise it, or let late events be delivered or dropped."
            )
        case .drop:
            self.lateDropped += 1
            event.receipt?.settle()
            return .dropped
        case .deliver:
            if isFull, !self.makeRoom(for: event) { return .dropped }
            var event = event
            event.isLate = true
            self.lateEvents.append(event)
            self.bytes += event.payload.byteCount
            return .late
        }
    }

    /// Notes that a source told something, and returns when it happened by our clock.
    private mutating func note(_ event: InputEvent, _ arrival: Int64) throws -> Int64 {
        let estimates = self.settings.clocks == .estimated
        guard let number = self.numbers[event.source] else {
            var source = Source(latest: event.timestamp, lastArrival: arrival)
            if estimates {
                source.clock.observe(timestamp: event.timestamp, arrival: arrival)
                source.latest = min(arrival, source.clock.corrected(event.timestamp))
            }
            try self.makeRoomForSource()
            self.numbers[event.source] = self.sources.count
            self.sources.append(source)
            let time = source.latest
            self.advance()
            return time
        }
        var time = event.timestamp
        if estimates {
            self.sources[number].clock.observe(timestamp: time, arrival: arrival)
            // Nothing happens after it came, whatever a clock that was set meanwhile says.
            time = min(arrival, self.sources[number].clock.corrected(time))
        }
        self.sources[number].lastArrival = arrival
        let wasSilent = self.sources[number].isSilent
        self.sources[number].isSilent = false
        if time > self.sources[number].latest {
            self.sources[number].latest = time
            if number == self.slowest || wasSilent { self.advance() }
        }
        return time
    }

    /// Forgets the sources that are silent where there are as many as may be.
    private mutating func makeRoomForSource() throws {
        guard self.sources.count >= Self.maximumSources else { return }
        let kept = self.numbers.filter { !self.sources[$0.value].isSilent }
        guard kept.count < Self.maximumSources else {
            throw MultimodalError(
                .queueFull,
                "More than \(Self.maximumSources) sources tell something at a time; give some of them one name.")
        }
        self.sources = kept.map { self.sources[$0.value] }
        self.numbers = Dictionary(uniqueKeysWithValues: zip(kept.map(\.key), 0...))
        self.slowest = 0
    }

    /// Moves the frontier to the watermark behind the slowest source that is not silent.
    private mutating func advance() {
        var least = Int64.max
        for (number, source) in self.sources.enumerated() where !source.isSilent && source.latest < least {
            (least, self.slowest) = (source.latest, number)
        }
        guard least < .max else { return }
        let (time, isUnder) = least.subtractingReportingOverflow(self.settings.watermark)
        self.frontier = max(self.frontier, isUnder ? .min : time)
    }

    /// Stops waiting for sources that told nothing for long; where none is left, everything may be given out.
    ///
    /// - Parameter now: The time in nanoseconds by our clock.
    public mutating func tick(now: Int64) {
        for number in self.sources.indices where now &- self.sources[number].lastArrival >= self.settings.idleAfter {
            self.sources[number].isSilent = true
        }
        guard self.sources.allSatisfy(\.isSilent) else { return self.advance() }
        self.release()
    }

    /// Lets everything be given out that is there.
    public mutating func release() {
        if let last = self.waiting.latestTime { self.frontier = max(self.frontier, last) }
    }

    // MARK: - Out

    /// Gives out the next event in order; nil where none may be given out yet.
    public mutating func next() -> InputEvent? {
        if let late = self.popLate() { return late }
        guard let first = self.waiting.earliestTime else { return nil }
        if first > self.frontier {
            // Who waits for room would wait for good, since only they could move the frontier.
            guard self.isFull, self.settings.whenFull == .wait else { return nil }
            self.frontier = first
        }
        return self.popWaiting()
    }

    /// Whether ``next()`` would give something out.
    public var hasNext: Bool {
        if !self.lateEvents.isEmpty { return true }
        guard let first = self.waiting.earliestTime else { return false }
        return first <= self.frontier || self.isFull && self.settings.whenFull == .wait
    }

    private mutating func popLate() -> InputEvent? {
        guard let event = self.lateEvents.popFirst() else { return nil }
        self.bytes -= event.payload.byteCount
        return event
    }

    private mutating func popWaiting() -> InputEvent? {
        let event = self.waiting.popMin()
        self.bytes -= event?.payload.byteCount ?? 0
        return event
    }
}
