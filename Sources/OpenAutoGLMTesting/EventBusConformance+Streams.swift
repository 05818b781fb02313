// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Rules of streams.
extension EventBusConformance {
    var streamChecks: [(String, @Sendable (Subject) async throws -> String?)] {
        [
            ("streams: receipts", Self.checkReceipts), ("streams: duplicates", Self.checkDuplicates),
            ("streams: reading again", Self.checkReading), ("streams: limits", Self.checkLimits),
            ("streams: age", Self.checkAge), ("streams: opening", Self.checkOpening),
        ]
    }

    private static func checkReceipts(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        var live = try await subject.bus.subscribe(subject.pattern(">"), buffer: 500).makeAsyncIterator()
        let events = try (1...200).map { try subject.event($0, $0 % 2 == 0 ? "a" : "a.b") }
        let receipts = try await stream.append(events)
        guard receipts == (1...200).map({ StreamReceipt(sequence: $0, isDuplicate: false) }) else {
            return "the receipts were \(receipts.prefix(3))…"
        }
        for event in events where try await live.next() != event { return "a subscriber missed what a stream keeps" }
        // What is published without a receipt is kept too.
        try await subject.publish([201])
        try await subject.bus.flush()
        let kept = try await stream.read(from: .sequence(200), matching: nil, limit: 9)
        guard try kept.map(\.event) == [events[199], subject.event(201)] else { return "read were \(kept)" }
        do {
            _ = try await stream.append(subject.event(1, "elsewhere"))
            return "it keeps what is not its own"
        } catch let error as EventError where error.code == .unknownStream {}
        let state = try await stream.state()
        guard (state.count, state.firstSequence, state.lastSequence) == (201, 1, 201), state.bytes > 200 else {
            return "its state is \(state)"
        }
        return nil
    }

    private static func checkDuplicates(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream(window: .seconds(3))
        let first = try await stream.append([subject.event(1), subject.event(2), subject.event(1)])
        let expected = [(1, false), (2, false), (1, true)].map { StreamReceipt(sequence: $0.0, isDuplicate: $0.1) }
        guard first == expected else { return "the receipts were \(first)" }
        guard try await stream.state().count == 2 else { return "a duplicate was kept" }
        // The window ends some time after it says: brokers look from time to time.
        let clock = ContinuousClock()
        let start = clock.now
        while try await stream.append(subject.event(1)).isDuplicate {
            guard clock.now - start < .seconds(60) else { return "an identifier is remembered for ever" }
            try await clock.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private static func checkReading(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        try await stream.append(try (1...5).map { try subject.event($0) }.last ?? subject.event(0))
        _ = try await stream.append(try (1...4).map { try subject.event($0, "a.b") })
        try await ContinuousClock().sleep(for: .milliseconds(5))
        let middle = Date()
        try await ContinuousClock().sleep(for: .milliseconds(5))
        _ = try await stream.append(try (6...9).map { try subject.event($0) })
        let cases: [(EventStreamStart, EventPattern?, [Int])] = [
            (.oldest, nil, [1, 2, 3, 4, 5, 6, 7, 8, 9]), (.sequence(8), nil, [8, 9]),
            (.time(middle), nil, [6, 7, 8, 9]),
            (.next, nil, []), (.sequence(100), nil, []), (.oldest, try subject.pattern("a.*"), [2, 3, 4, 5]),
            (.time(Date(timeIntervalSinceNow: 60)), nil, []),
        ]
        for (start, pattern, sequences) in cases {
            let found = try await stream.read(from: start, matching: pattern, limit: 100).map(\.sequence)
            guard found == sequences else { return "from \(start) were read \(found), not \(sequences)" }
        }
        let page = try await stream.read(from: .oldest, matching: nil, limit: 3).map(\.sequence)
        return page == [1, 2, 3] ? nil : "a page of 3 had \(page)"
    }

    private static func checkLimits(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream(count: 3)
        _ = try await stream.append(try (1...5).map { try subject.event($0) })
        let kept = try await stream.read(from: .oldest, matching: nil, limit: 9)
        guard kept.map(\.sequence) == [3, 4, 5] else { return "of 5 events 3 should be kept: \(kept.map(\.sequence))" }
        _ = try await subject.bus.removeStream(subject.name)
        let small = try await subject.bus.stream(
            EventStreamConfiguration(subject.name, subjects: [subject.pattern("a")], maximumBytes: 2000))
        for number in 1...10 {
            let text = JSONValue.string(String(repeating: "x", count: 500))
            try await small.append(subject.event(number, payload: text))
        }
        let state = try await small.state()
        guard (1...3).contains(state.count), state.bytes <= 2000, state.lastSequence == 10 else {
            return "with a limit of 2000 bytes its state is \(state)"
        }
        return nil
    }

    private static func checkAge(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream(age: .milliseconds(200), window: .milliseconds(100))
        let clock = ContinuousClock()
        let start = clock.now
        try await stream.append(subject.event(1))
        while try await stream.state().count > 0 {
            guard clock.now - start < .seconds(60) else { return "an old event is kept" }
            try await clock.sleep(for: .milliseconds(20))
        }
        return clock.now - start >= .milliseconds(150) ? nil : "a young event is gone"
    }

    private static func checkOpening(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream(count: 7)
        try await stream.append(subject.event(1))
        guard try await subject.stream(count: 7).state().count == 1 else { return "opening again forgot an event" }
        do {
            _ = try await subject.stream(count: 8)
            return "other limits were taken"
        } catch let error as EventError where error.code == .conflictingStream {}
        for name in ["", "a b", "a.b", "*", String(repeating: "a", count: 65)] {
            do {
                _ = try await subject.bus.stream(EventStreamConfiguration(name, subjects: [subject.pattern("x")]))
                return "a stream may have the name '\(name)'"
            } catch let error as EventError where error.code == .invalidOptions {}
        }
        guard try await subject.bus.removeStream(subject.name), try await !subject.bus.removeStream(subject.name)
        else { return "removing goes wrong" }
        return try await subject.stream(count: 8).state().count == 0 ? nil : "a removed stream has events"
    }
}
