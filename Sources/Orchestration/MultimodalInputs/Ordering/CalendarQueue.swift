// SPDX-License-Identifier: Apache-2.0

internal import HeapModule

/// Events that wait, of which the earliest comes out first; of one time, that which came first.
///
/// Times are parted into days of equal length, as in a calendar queue (R. Brown: Calendar Queues, CACM 31(10), 1988). Only
/// those of the first day are in a heap, which stays in the processor's cache with its events; later ones are put on their
/// day as they come.
struct CalendarQueue: Sendable {
    private struct Entry: Comparable {
        let time: Int64
        /// In which order it came, in the upper 40 bits, and where in its day it is kept, in the lower 24.
        private let place: UInt64

        /// As many as an order may hold (``InputOrderSettings/capacity``).
        private static let slotBits = 24

        init(time: Int64, number: UInt64, slot: Int) {
            self.time = time
            self.place = number << Self.slotBits | UInt64(slot)
        }

        var slot: Int { Int(self.place & (1 << Self.slotBits - 1)) }

        /// Numbers may begin anew while it waits.
        static func < (a: Entry, b: Entry) -> Bool {
            a.time == b.time ? Int64(bitPattern: a.place &- b.place) < 0 : a.time < b.time
        }
    }

    private struct Day {
        var entries: [Entry] = []
        var events: [InputEvent?] = []

        mutating func append(_ event: InputEvent, _ number: UInt64) {
            self.entries.append(Entry(time: event.timestamp, number: number, slot: self.events.count))
            self.events.append(event)
        }
    }

    /// Entries of the first day, and of days before it that came later; never empty while anything waits.
    private var first = Heap<Entry>()
    private var firstDay = Int64.min
    private var events: [InputEvent?] = []
    private var freeSlots: [Int] = []
    private var later: [Int64: Day] = [:]
    private var laterDays = Heap<Int64>()
    private var inserted: UInt64 = 0
    /// A day has 2 to the power of this many nanoseconds.
    private let dayBits: Int

    /// How many wait.
    private(set) var count = 0

    /// An empty queue.
    ///
    /// - Parameter span: About how many nanoseconds lie between the earliest and the latest of them.
    init(span: Int64) {
        // Some 64 days at a time; at least a millisecond, so that few events have a day of their own.
        self.dayBits = max(20, Int64.bitWidth - 1 - max(1, span / 64).leadingZeroBitCount)
    }

    /// The time of the earliest.
    var earliestTime: Int64? { self.first.min?.time }

    /// The time of the latest.
    var latestTime: Int64? {
        guard let day = self.laterDays.max else { return self.first.max?.time }
        return self.later[day]?.entries.max()?.time
    }

    /// Puts one in.
    mutating func insert(_ event: InputEvent) {
        let day = event.timestamp >> self.dayBits
        if self.count == 0 { self.firstDay = day }
        self.inserted &+= 1
        self.count += 1
        guard day > self.firstDay else { return self.insertToFirst(event) }
        if self.later[day]?.append(event, self.inserted) == nil {
            var new = Day()
            new.append(event, self.inserted)
            self.later[day] = new
            self.laterDays.insert(day)
        }
    }

    private mutating func insertToFirst(_ event: InputEvent) {
        let slot = self.freeSlots.popLast() ?? self.events.count
        if slot < self.events.count { self.events[slot] = event } else { self.events.append(event) }
        self.first.insert(Entry(time: event.timestamp, number: self.inserted, slot: slot))
    }

    /// Takes the earliest out.
    mutating func popMin() -> InputEvent? {
        guard let entry = self.first.popMin() else { return nil }
        self.count -= 1
        let event = self.events[entry.slot].take()
        if self.first.isEmpty { self.beginDay() } else { self.freeSlots.append(entry.slot) }
        return event
    }

    private mutating func beginDay() {
        self.freeSlots.removeAll(keepingCapacity: true)
        guard let day = self.laterDays.popMin(), let next = self.later.removeValue(forKey: day) else {
            return self.events.removeAll(keepingCapacity: true)
        }
        self.firstDay = day
        self.events = next.events
        self.first = Heap(next.entries)
    }
}
