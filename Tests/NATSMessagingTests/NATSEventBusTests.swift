// SPDX-License-Identifier: Apache-2.0

import CertificateIssuing
import EventMessaging
import Foundation
import LLMCore
import NATSMessaging
import NATSServing
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("The bus over NATS")
struct NATSEventBusTests {
    static func connect(_ server: NATSServer, _ more: String = "") async throws -> NATSEventBus {
        try await .connect(NATSConfiguration(url: "\(server.url)?time_limit=20\(more)"))
    }

    static func event(_ id: Int, _ subject: String = "a") throws -> Event {
        Event(id: "\(id)", subject: try EventSubject(subject), payload: .integer(id))
    }

    @Test("It keeps the rules of every bus")
    func conformance() async throws {
        let server = try NATSServer()
        let failures = await EventBusConformance(makeBus: { try await Self.connect(server) }).failures()
        #expect(failures == [])
    }

    @Test("Events go from one connection to another, and each to one of a group across connections")
    func connections() async throws {
        let server = try NATSServer()
        let publisher = try await Self.connect(server)
        let (first, second) = (try await Self.connect(server), try await Self.connect(server))
        let options = SubscriptionOptions(buffer: 1000, group: "g")
        let pattern = try EventPattern("a")
        let readers = [try await first.subscribe(pattern, options), try await second.subscribe(pattern, options)]
        for id in 1...400 { try await publisher.publish(Self.event(id)) }
        try await publisher.flush()
        for bus in [first, second] {
            try await bus.flush()
            await bus.close()
        }
        var found: [[Int]] = []
        for reader in readers {
            found.append(try await reader.reduce(into: []) { $0 += [$1.payload.integerValue ?? 0] })
        }
        #expect(found.flatMap { $0 }.sorted() == Array(1...400))
        #expect(found.allSatisfy { $0 == $0.sorted() && !$0.isEmpty })
        await publisher.close()
    }

    @Test("What is published while the server is away comes when it is back; too much is refused")
    func reconnecting() async throws {
        let server = try NATSServer()
        let notices = Mutex<[NATSEventBus.Notice]>([])
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: "\(server.url)?reconnect_buffer=20000")) {
            notice in
            notices.withLock { $0.append(notice) }
        }
        var events = try await bus.subscribe(EventPattern("a"), buffer: 1000).makeAsyncIterator()
        try await bus.publish(Self.event(1))
        #expect(try await events.next()?.payload == 1)
        server.end()
        // The library notices it soon; until then events go into the broken connection.
        while !notices.withLock({ $0.contains(.disconnected) }) { await Task.yield() }
        for id in 2...50 { try await bus.publish(Self.event(id)) }
        // The last one that fits may be larger than what is left.
        let text = JSONValue.string(String(repeating: "x", count: 30_000))
        let large = Event(id: "51", subject: try EventSubject("a"), payload: text)
        try await bus.publish(large)
        let error = await #expect(throws: EventError.self) { try await bus.publish(Self.event(52)) }
        #expect(error?.code == .unavailable && error?.message.contains("20000") == true)
        try server.start()
        for id in 2...50 { #expect(try await events.next()?.payload == .integer(id)) }
        #expect(try await events.next() == large)
        #expect(notices.withLock { $0.contains(.reconnected) })
        await bus.close()
    }

    @Test("A subscription that the server did not live to answer hears what is published once it is back")
    func subscribingMeanwhile() async throws {
        let server = try NATSServer()
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: "\(server.url)?time_limit=60"))
        let pattern = try EventPattern("a")
        server.freeze()
        async let subscription = bus.subscribe(pattern, buffer: 10)
        // The subscription and the ping that is to show that the server knows it.
        while server.unreadByteCount < "SUB a  1\r\nPING\r\n".utf8.count { await Task.yield() }
        server.end(SIGKILL)
        try server.start()
        var events = try await subscription.makeAsyncIterator()
        try await bus.publish(Self.event(1))
        #expect(try await events.next()?.payload == 1)
        await bus.close()
    }

    @Test("Killing the server while events are appended loses and doubles none")
    func killing() async throws {
        let server = try NATSServer()
        let bus = try await Self.connect(server)
        let stream = try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a")]))
        let consumer = try await stream.consumer(
            EventConsumerConfiguration("c", acknowledgementDeadline: .milliseconds(500)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for start in stride(from: 0, to: 2000, by: 50) {
                    _ = try await stream.append((start..<start + 50).map { try Self.event($0) })
                }
            }
            var (seen, kills) = (Set<Int>(), 0)
            while seen.count < 2000 {
                let taken = try await consumer.next(100, waiting: .seconds(1))
                seen.formUnion(taken.compactMap(\.event.payload.integerValue))
                try await consumer.acknowledge(taken)
                if seen.count > 300 * (kills + 1), kills < 2 {
                    kills += 1
                    server.end(SIGKILL)
                    try server.start()
                }
            }
            try await group.waitForAll()
            #expect(kills == 2)
        }
        let kept = try await stream.read(from: .oldest, matching: nil, limit: 5000)
        #expect(kept.map(\.event.id) == (0..<2000).map { "\($0)" })
        await bus.close()
    }

    @Test("What is published safely while the server is killed is kept once, and in order")
    func safely() async throws {
        let server = try NATSServer()
        let bus = try await Self.connect(server)
        let stream = try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a")]))
        for id in 0..<300 {
            if id == 100 || id == 200 {
                async let published = bus.publishSafely(Self.event(id))
                server.end(SIGKILL)
                try server.start()
                #expect(try await published?.sequence == id + 1)
            } else {
                #expect(try await bus.publishSafely(Self.event(id))?.sequence == id + 1)
            }
        }
        let kept = try await stream.read(from: .oldest, matching: nil, limit: 1000)
        #expect(kept.map(\.event.id) == (0..<300).map { "\($0)" })
        await bus.close()
    }

    @Test(
        "What no stream keeps is with the server when it was published safely",
        arguments: ["nobody", "unknown", "none"])
    func safelyWithoutStream(keeper: String) async throws {
        let rights = "permissions: {publish: [a, \"_INBOX.>\"], subscribe: \">\"}"
        let user = "authorization { users: [{user: me, password: secret, \(rights)}] }"
        let server = try NATSServer(keeper == "unknown" ? user : "", hasStreams: keeper != "none")
        let folder = try CertificateFolder()
        let known = "nats://me@127.0.0.1:\(server.port)?password_file=\(try folder.write("secret", "password"))"
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: keeper == "unknown" ? known : server.url))
        var events = try await bus.subscribe(EventPattern("a"), buffer: 10).makeAsyncIterator()
        for id in 0..<3 {
            #expect(try await bus.publishSafely(Self.event(id)) == nil)
            #expect(try await events.next()?.id == "\(id)")
        }
        await bus.close()
    }

    @Test("What two programs append at the same time is kept in the order of each")
    func order() async throws {
        let server = try NATSServer()
        let buses = [try await Self.connect(server), try await Self.connect(server)]
        let kinds = EventStreamConfiguration("s", subjects: [try EventPattern("*")])
        let subjects = ["a", "b"]
        let kept = try await withThrowingTaskGroup(of: Void.self) { group in
            for (bus, subject) in zip(buses, subjects) {
                let stream = try await bus.stream(kinds)
                group.addTask {
                    let receipts = try await stream.append(
                        (0..<2000).map {
                            Event(id: "\(subject)\($0)", subject: try EventSubject(subject), payload: .integer($0))
                        })
                    #expect(receipts.map(\.sequence) == receipts.map(\.sequence).sorted())
                }
            }
            try await group.waitForAll()
            return try await buses[0].stream(kinds).read(from: .oldest, matching: nil, limit: 5000)
        }
        for subject in subjects {
            let own = kept.filter { $0.event.subject.text == subject }
            #expect(own.map(\.event.payload.integerValue) == (0..<2000).map { $0 })
            // How the order was kept is between the bus and the server.
            #expect(own.allSatisfy { $0.event.headers.pairs.isEmpty })
        }
        for bus in buses { await bus.close() }
    }

    @Test("A network that brings nothing for a while delays what is appended, and doubles none of it")
    func freezing() async throws {
        let server = try NATSServer()
        let bus = try await Self.connect(server)
        let stream = try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a")]))
        server.freeze()
        async let appended = stream.append((0..<100).map { try Self.event($0) })
        // Longer than it takes until what has no receipt is sent again.
        let question = try Self.event(0, "b")
        let error = await #expect(throws: EventError.self) {
            try await bus.request(question, deadline: .milliseconds(1300))
        }
        #expect(error?.code == .deadlineExceeded)
        server.thaw()
        #expect(try await appended.map(\.sequence) == Array(1...100))
        let kept = try await stream.read(from: .oldest, matching: nil, limit: 1000)
        #expect(kept.map(\.event.payload) == (0..<100).map { .integer($0) })
        await bus.close()
    }

    @Test("Several who wait at one consumer get their events", .timeLimit(.minutes(5)))
    func sharedConsumer() async throws {
        let server = try NATSServer()
        let bus = try await Self.connect(server)
        let stream = try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a")]))
        let consumer = try await stream.consumer(EventConsumerConfiguration("c"))
        let found = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 1...8 {
                group.addTask { try await consumer.next(1, waiting: .seconds(240)).map(\.event.id) }
            }
            _ = try await stream.append((1...8).map { try Self.event($0) })
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(found.sorted() == (1...8).map { "\($0)" })
        await bus.close()
    }

    @Test("Messages of other programs are taken where they are JSON, and passed over where not")
    func foreignMessages() async throws {
        let server = try NATSServer()
        let notices = Mutex<[NATSEventBus.Notice]>([])
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: server.url)) { notice in
            notices.withLock { $0.append(notice) }
        }
        let stream = try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a.>")]))
        let consumer = try await stream.consumer(EventConsumerConfiguration("c"))
        var events = try await bus.subscribe(EventPattern(">"), buffer: 100).makeAsyncIterator()
        let deep = String(repeating: "[", count: 4000)
        try RawClient.send(
            ["{\"x\": 1}", "no JSON", "", deep, "\u{0}", "[1"].enumerated().map { ("a.\($0.offset)", $0.element) }
                + [("b.$x", "1"), ("a.end", "2")], port: server.port)
        #expect(try await events.next()?.payload == ["x": 1])
        #expect(try await events.next()?.payload == .null)
        #expect(try await events.next()?.payload == 2)
        #expect(notices.withLock { $0.count } == 5)
        var kept: [EventDelivery] = []
        while kept.count < 3 { kept += try await consumer.next(10, waiting: .seconds(5)) }
        kept += try await consumer.next(10, waiting: .milliseconds(50))
        #expect(kept.map(\.stored.sequence) == [1, 3, 7])
        for delivery in kept { #expect(delivery.event.id.hasPrefix("nats-s-\(delivery.stored.sequence)-")) }
        #expect(kept.map(\.event.payload) == [["x": 1], .null, 2])
        await bus.close()
    }

    @Test("An event that is larger than the server takes is refused, and so is an identifier of several lines")
    func hostileEvents() async throws {
        let server = try NATSServer("max_payload: 2000")
        let bus = try await Self.connect(server)
        let subject = try EventSubject("a")
        let large = Event(id: "1", subject: subject, payload: .string(String(repeating: "x", count: 3000)))
        #expect(await #expect(throws: EventError.self) { try await bus.publish(large) }?.code == .tooLarge)
        for id in ["", "a\r\nPUB b 0\r\n", "a\u{0}", String(repeating: "x", count: 513)] {
            let event = Event(id: id, subject: subject, payload: nil)
            #expect(await #expect(throws: EventError.self) { try await bus.publish(event) }?.code == .invalidHeader)
        }
        await bus.close()
    }

    @Test("A bus that is dropped without being closed leaves nothing behind")
    func dropped() async throws {
        let server = try NATSServer()
        var bus: NATSEventBus? = try await Self.connect(server)
        let events = try await bus?.subscribe(EventPattern("a"), buffer: 10)
        weak let gone = bus
        bus = nil
        #expect(gone == nil)
        // Its connection is closed, so that its subscriptions end.
        if let events { for try await _ in events {} }
    }

    @Test("Without JetStream a stream is refused in words")
    func withoutStreams() async throws {
        let server = try NATSServer(hasStreams: false)
        let bus = try await Self.connect(server)
        let error = await #expect(throws: EventError.self) {
            try await bus.stream(EventStreamConfiguration("s", subjects: [EventPattern("a")]))
        }
        #expect(error?.code == .unsupported && error?.message.contains("-js") == true)
        await bus.close()
    }
}
