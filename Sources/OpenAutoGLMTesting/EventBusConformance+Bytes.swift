// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

/// Rules of events of bytes.
extension EventBusConformance {
    var byteChecks: [(String, @Sendable (Subject) async throws -> String?)] {
        [("bytes: subscriptions", Self.checkSubscribed), ("bytes: streams", Self.checkKept)]
    }

    /// Bytes that are no JSON, bytes that could be, and none.
    private static func events(_ subject: Subject) throws -> [Event] {
        let contents: [[UInt8]] = [[0xFF, 0xD8, 0x00], Array(#"{"a": 1}"#.utf8), []]
        return try contents.enumerated().map { number, bytes in
            let headers = try EventHeaders(["Content-Type": "image/jpeg"])
            return Event(
                id: "\(subject.name)-\(number)", subject: try subject.subject("a"), bytes: bytes, headers: headers)
        }
    }

    private static func checkSubscribed(_ subject: Subject) async throws -> String? {
        let all = SubscriptionOptions(buffer: 9, takesBytes: true)
        var bytes = try await subject.bus.subscribe(subject.pattern("a"), all).makeAsyncIterator()
        var others = try await subject.bus.subscribe(subject.pattern("a"), buffer: 9).makeAsyncIterator()
        for event in try Self.events(subject) {
            try await subject.bus.publish(event)
            let found = try await bytes.next()
            guard found == event else { return "\(event) came as \(String(describing: found))" }
        }
        try await subject.publish([7])
        let found = [try await bytes.next()?.payload, try await others.next()?.payload]
        return found == [7, 7] ? nil : "after bytes came \(found)"
    }

    private static func checkKept(_ subject: Subject) async throws -> String? {
        let stream = try await subject.stream()
        let bytes = try await stream.consumer(EventConsumerConfiguration("bytes", takesBytes: true))
        let others = try await stream.consumer(EventConsumerConfiguration("others"))
        let events = try Self.events(subject)
        _ = try await stream.append(events + [subject.event(7)])
        var found: [Event] = []
        while found.count < 4 { found += try await bytes.next(4, waiting: .seconds(5)).map(\.event) }
        guard try found == events + [subject.event(7)] else { return "a consumer of bytes gets \(found)" }
        var rest: [EventDelivery] = []
        while rest.isEmpty { rest = try await others.next(4, waiting: .seconds(5)) }
        let read = try await stream.read(from: .oldest, matching: nil, limit: 9)
        return rest.map(\.stored.sequence) == [4] && read.map(\.sequence) == [4]
            ? nil : "who takes no bytes gets \(rest), and reads \(read)"
    }
}
