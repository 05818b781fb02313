// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MultimodalInputs
import OpenAutoGLMTesting
import Testing

@Suite("Order of input events")
struct InputOrderTests {
    private static let millisecond: Int64 = 1_000_000

    private func event(_ milliseconds: Int64, _ source: String = "a") -> InputEvent {
        InputEvent(.text, .text("\(milliseconds)"), timestamp: milliseconds * Self.millisecond, source: source)
    }

    /// What is given out as events come, each arriving a millisecond after the one before, and at the end.
    private func given(_ events: [InputEvent], _ order: OrderUnderTest) throws -> [InputEvent] {
        var given: [InputEvent] = []
        for (index, event) in events.enumerated() {
            while try order.insert(event, arrival: Int64(index) * Self.millisecond) == .full {
                given.append(try #require(order.next()))
            }
            while let next = order.next() { given.append(next) }
        }
        order.release()
        while let next = order.next() { given.append(next) }
        return given
    }

    @Test("Events out of order by up to the watermark come out in order, none lost", arguments: 0..<40)
    func property(seed: Int) throws {
        var numbers = SeededGenerator(state: UInt64(seed))
        let bound = Int64.random(in: 0...300, using: &numbers)
        let sources = Int.random(in: 1...4, using: &numbers)
        let times = (0..<2_000).map { _ in Int64.random(in: 0...10_000, using: &numbers) }
        // An event is delayed by at most the bound, so that none comes after one that is later by more.
        let arriving = times.map { (time: $0, arrival: $0 + Int64.random(in: 0...bound, using: &numbers)) }
            .sorted { $0.arrival < $1.arrival }
        let events = arriving.enumerated().map { self.event($1.time, "s\($0 % sources)") }
        let order = OrderUnderTest(
            try InputOrderSettings(capacity: 5_000, watermark: .milliseconds(bound), whenLate: .fail))
        // A source that told nothing before must not begin late: each tells the beginning first.
        for source in 0..<sources { _ = try order.insert(self.event(0, "s\(source)"), arrival: 0) }
        let given = try self.given(events, order)
        #expect(
            given.map(\.timestamp)
                == ([Int64](repeating: 0, count: sources) + times.map { $0 * Self.millisecond }).sorted())
        #expect(order.lateDropped == 0 && order.fullDropped == 0)
    }

    @Test("Over an hour, and where the earliest are dropped, the order is that of a sorted list", arguments: 0..<20)
    func wholeHour(seed: Int) throws {
        var numbers = SeededGenerator(state: UInt64(seed))
        let capacity = Int.random(in: 1...300, using: &numbers)
        let order = OrderUnderTest(
            try InputOrderSettings(
                capacity: capacity, watermark: .seconds(3_600), whenFull: .dropOldest, whenLate: .fail))
        var kept: [Int64] = []
        for _ in 0..<1_000 {
            // Some lie within a microsecond, some within the hour; some happened at one time.
            let span = Int64(1) << Int64.random(in: 0...41, using: &numbers)
            let time = Int64.random(in: 0...span, using: &numbers)
            if kept.count == capacity { kept.removeFirst() }
            kept.insert(time, at: kept.firstIndex { $0 > time } ?? kept.endIndex)
            _ = try order.insert(
                InputEvent(.text, .text("\(time)"), timestamp: time, source: "a"), arrival: 3_600_000_000_000)
        }
        order.release()
        var given: [Int64] = []
        while let next = order.next() { given.append(next.timestamp) }
        #expect(given == kept)
    }

    @Test("Events of one time keep the order in which they came")
    func ties() throws {
        let order = OrderUnderTest(try InputOrderSettings(watermark: .milliseconds(5)))
        let texts = (0..<50).map { "\($0)" }
        let events = texts.map { InputEvent(.text, .text($0), timestamp: 7, source: "a") }
        #expect(try self.given(events, order).map(\.payload) == texts.map { .text($0) })
    }

    @Test(
        "What comes after the watermark is dropped, delivered and marked, or refused",
        arguments: InputOrderSettings.LatePolicy.allCases)
    func late(policy: InputOrderSettings.LatePolicy) throws {
        let order = OrderUnderTest(try InputOrderSettings(watermark: .milliseconds(10), whenLate: policy))
        for time in [Int64(100), 95, 120] { _ = try order.insert(self.event(time), arrival: 0) }
        #expect(order.next()?.timestamp == 95 * Self.millisecond && order.next()?.timestamp == 100 * Self.millisecond)
        #expect(order.next() == nil)
        switch policy {
        case .drop:
            #expect(try order.insert(self.event(109), arrival: 0) == .dropped)
            #expect(order.lateDropped == 1 && order.next() == nil)
        case .deliver:
            #expect(try order.insert(self.event(109), arrival: 0) == .late)
            let event = try #require(order.next())
            #expect(event.isLate && event.timestamp == 109 * Self.millisecond)
        case .fail:
            let error = #expect(throws: MultimodalError.self) { try order.insert(self.event(109), arrival: 0) }
            #expect(error?.code == .late)
        }
        #expect(try order.insert(self.event(110), arrival: 0) == .taken)
    }

    @Test("A slow source is waited for, a silent one only for so long")
    func silence() throws {
        let order = OrderUnderTest(try InputOrderSettings(watermark: .zero, idleAfter: .milliseconds(50)))
        _ = try order.insert(self.event(10, "slow"), arrival: 0)
        for time in [Int64(20), 30] { _ = try order.insert(self.event(time, "quick"), arrival: 40 * Self.millisecond) }
        #expect(order.next()?.source == "slow" && order.next() == nil)
        order.tick(now: 49 * Self.millisecond)
        #expect(order.next() == nil)
        order.tick(now: 50 * Self.millisecond)
        #expect(order.next()?.timestamp == 20 * Self.millisecond && order.next()?.timestamp == 30 * Self.millisecond)
        _ = try order.insert(self.event(40, "slow"), arrival: 60 * Self.millisecond)
        #expect(order.next() == nil, "the source is waited for again")
    }

    @Test("A source that is expected is waited for before it has told anything, until it counts as silent")
    func expected() throws {
        for comes in [true, false] {
            let order = OrderUnderTest(
                try InputOrderSettings(watermark: .zero, whenLate: .fail, idleAfter: .milliseconds(50)))
            order.expect("slow", now: 0)
            _ = try order.insert(self.event(20, "quick"), arrival: 30 * Self.millisecond)
            #expect(order.next() == nil)
            if comes { _ = try order.insert(self.event(10, "slow"), arrival: 40 * Self.millisecond) }
            order.tick(now: 70 * Self.millisecond)
            #expect(order.next()?.source == (comes ? "slow" : "quick"))
        }
    }

    @Test("Sources without end take no memory without end: silent ones are forgotten, too many at a time refused")
    func manySources() throws {
        let order = OrderUnderTest(
            try InputOrderSettings(capacity: 1 << 16, watermark: .zero, idleAfter: .milliseconds(1)))
        for round in 0..<3 {
            let time = Int64(round) * 10
            for index in 0..<4_096 {
                _ = try order.insert(self.event(time, "\(round) \(index)"), arrival: time * Self.millisecond)
            }
            #expect(throws: MultimodalError.self) {
                try order.insert(self.event(time, "more"), arrival: time * Self.millisecond)
            }
            order.tick(now: (time + 5) * Self.millisecond)
        }
        #expect(order.count == 3 * 4_096)
    }

    @Test("Where all sources are silent, everything is given out")
    func allSilent() throws {
        let order = OrderUnderTest(try InputOrderSettings(watermark: .seconds(5), idleAfter: .milliseconds(50)))
        _ = try order.insert(self.event(10), arrival: 0)
        order.tick(now: 10)
        #expect(order.next() == nil)
        order.tick(now: 60 * Self.millisecond)
        #expect(order.next() != nil)
    }

    @Test("A full order keeps what its policy says", arguments: InputOrderSettings.FullPolicy.allCases)
    func full(policy: InputOrderSettings.FullPolicy) throws {
        let order = OrderUnderTest(try InputOrderSettings(capacity: 3, watermark: .seconds(10), whenFull: policy))
        for time in [Int64(1), 2, 3] { #expect(try order.insert(self.event(time), arrival: 0) == .taken) }
        let fourth = try order.insert(self.event(4), arrival: 0)
        switch policy {
        case .wait:
            #expect(fourth == .full && order.next()?.timestamp == Self.millisecond)
            #expect(try order.insert(self.event(4), arrival: 0) == .taken)
        case .refuse: #expect(fourth == .full && order.next() == nil)
        case .dropOldest, .dropNewest:
            #expect(fourth == .dropped && order.fullDropped == 1 && order.count == 3)
            order.release()
            #expect(order.next()?.timestamp == (policy == .dropOldest ? 2 : 1) * Self.millisecond)
        }
    }

    @Test("Settings out of their range are refused")
    func settings() {
        #expect(throws: MultimodalError.self) { try InputOrderSettings(capacity: 0) }
        #expect(throws: MultimodalError.self) { try InputOrderSettings(byteCapacity: 0) }
        #expect(throws: MultimodalError.self) { try InputOrderSettings(watermark: .seconds(-1)) }
        #expect(throws: MultimodalError.self) { try InputOrderSettings(idleAfter: .seconds(7_200)) }
    }

    @Test("Timestamps at the ends of what 64 bits hold do no harm", arguments: [Int64.min, .max, 0, -1])
    func extremes(time: Int64) throws {
        for clocks in InputOrderSettings.ClockPolicy.allCases {
            let order = OrderUnderTest(try InputOrderSettings(clocks: clocks))
            var refused = 0
            for stamp in [time, 5, time, .max, .min] {
                do {
                    _ = try order.insert(InputEvent(.text, .text(""), timestamp: stamp, source: "a"), arrival: 3)
                } catch let error as MultimodalError where error.code == .invalidEvent {
                    refused += 1
                }
            }
            order.release()
            var count = 0
            while order.next() != nil { count += 1 }
            #expect(refused == (clocks == .estimated ? 0 : time == .max ? 3 : 1) && count == 5 - refused)
        }
    }

    @Test("An event of a far future spoils no order: it is refused, or taken as of now where clocks are estimated")
    func future() throws {
        let hour: Int64 = 3_600_000
        for clocks in InputOrderSettings.ClockPolicy.allCases {
            let order = OrderUnderTest(try InputOrderSettings(watermark: .zero, whenLate: .fail, clocks: clocks))
            for time: Int64 in 0..<5_000 where time % 500 == 0 {
                _ = try order.insert(self.event(time), arrival: time * Self.millisecond)
            }
            let future = self.event(5_000 + 2 * hour)
            if clocks == .shared {
                let error = #expect(throws: MultimodalError.self) {
                    try order.insert(future, arrival: 5_000 * Self.millisecond)
                }
                #expect(error?.code == .invalidEvent)
                #expect(try order.insert(self.event(5_000 + hour), arrival: 5_000 * Self.millisecond) == .taken)
            } else {
                _ = try order.insert(future, arrival: 5_000 * Self.millisecond)
                order.release()
                var last: InputEvent?
                while let event = order.next() { last = event }
                #expect(last?.timestamp == 5_000 * Self.millisecond && last?.payload == future.payload)
            }
        }
    }

    @Test(
        "An order is full of few large events as of many small ones", arguments: InputOrderSettings.FullPolicy.allCases)
    func bytes(policy: InputOrderSettings.FullPolicy) throws {
        let order = OrderUnderTest(
            try InputOrderSettings(byteCapacity: 100, watermark: .seconds(10), whenFull: policy))
        func event(_ time: Int64, _ size: Int) -> InputEvent {
            InputEvent(
                .image, .encoded([UInt8](repeating: 0, count: size), mediaType: "image/png"), timestamp: time,
                source: "a")
        }
        for time in [Int64(1), 2] { #expect(try order.insert(event(time, 49), arrival: 9) == .taken) }
        #expect(try order.insert(event(3, 10), arrival: 9) == .taken && order.bytes == 108)
        let fourth = try order.insert(event(4, 90), arrival: 9)
        switch policy {
        case .wait:
            #expect(fourth == .full && order.next()?.timestamp == 1)
            #expect(try order.insert(event(4, 90), arrival: 9) == .taken)
        case .refuse: #expect(fourth == .full)
        case .dropOldest, .dropNewest:
            #expect(fourth == .dropped && order.fullDropped == 1)
            #expect(try order.insert(event(5, 90), arrival: 9) == .dropped)
            #expect(order.fullDropped == (policy == .dropOldest ? 3 : 2))
        }
        order.release()
        while order.next() != nil {}
        #expect(order.bytes == 0)
    }
}
