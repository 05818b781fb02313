// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import Foundation
import LLMCore
import NATSMessaging
import NATSServing
import OpenAutoGLMTesting
import Pipelines
import Synchronization
import Testing

@Suite("The queue of runs in JetStream")
struct NATSRunQueueTests {
    @Test("It does what every queue must")
    func conformance() async throws {
        let server = try NATSServer()
        let bus = try await NATSEventBusTests.connect(server)
        let clock = ManualClock()
        let conformance = RunQueueConformance(
            makeQueue: {
                try NATSRunQueue(bus, name: UUID().uuidString) {
                    Date(timeIntervalSince1970: clock.now.offset / .seconds(1))
                }
            },
            pass: { clock.advance(by: $0) })
        let failures = await conformance.failures()
        #expect(failures == [])
        let isLong = ProcessInfo.processInfo.environment["AUTOGLM_LONG_CONFORMANCE"] != nil
        #expect(await conformance.failures(inHistories: 1...(isLong ? 200 : 2)) == [])
        await bus.close()
    }

    @Test("Workers over several connections never take the same run, and a killed server loses none")
    func manyWorkers() async throws {
        let server = try NATSServer()
        let first = try await NATSEventBusTests.connect(server)
        let queue = try NATSRunQueue(first)
        for number in 0..<60 { try await queue.enqueue(RunTicket("run-\(number)", tenant: "tenant-\(number % 3)")) }
        // All are connected before the server is killed: who connects to none is told so.
        var buses: [NATSEventBus] = []
        for _ in 0..<3 { buses.append(try await NATSEventBusTests.connect(server)) }
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for (worker, bus) in buses.enumerated() {
                group.addTask {
                    let own = try NATSRunQueue(bus)
                    var runs = [String]()
                    while let lease = try await own.lease(for: "worker-\(worker)", duration: .seconds(3600)) {
                        runs.append(lease.ticket.run)
                        if runs.count == 5, worker == 0 {
                            server.end(SIGKILL)
                            try server.start()
                        }
                        if runs.count % 2 == 0 { #expect(try await own.complete(lease)) }
                    }
                    await bus.close()
                    return runs
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == 60)
        #expect(Set(taken).count == 60)
        let left = try await queue.entries(limit: 100)
        #expect(left.allSatisfy { $0.worker != nil && $0.deliveries == 1 } && (25...35).contains(left.count))
        await first.close()
    }

    @Test("A server that is killed while the line is read hides no run")
    func killedWhileReading() async throws {
        let server = try NATSServer()
        let bus = try await NATSEventBusTests.connect(server)
        // So much that the server cannot have sent it all when it is killed.
        let trace = String(repeating: "x", count: 100_000)
        let queue = try NATSRunQueue(bus)
        for number in 0..<200 { try await queue.enqueue(RunTicket("run-\(number)", trace: trace)) }
        let kills = Mutex(0)
        let watcher = try await Self.watch(server) { request in
            guard request.hasPrefix("$JS.API.CONSUMER.MSG.NEXT."), kills.withLock({ $0 }) == 0 else { return }
            kills.withLock { $0 += 1 }
            server.end(SIGKILL)
            try? server.start()
        }
        #expect(try await NATSRunQueue(bus).entries(limit: 1000).count == 200)
        #expect(kills.withLock { $0 } == 1)
        await watcher.close()
        await bus.close()
    }

    @Test("Runs that left the line long ago are forgotten by those who look all the time, also by several at once")
    func forgetting() async throws {
        let server = try NATSServer()
        let bus = try await NATSEventBusTests.connect(server)
        let passed = Mutex<TimeInterval>(0)
        let deletions = Mutex(0)
        let watcher = try await Self.watch(server) { request in
            if request.hasPrefix("$JS.API.STREAM.MSG.DELETE.") { deletions.withLock { $0 += 1 } }
        }
        let queues = try (0..<2).map { _ in
            try NATSRunQueue(bus) { Date().addingTimeInterval(passed.withLock { $0 }) }
        }
        for number in 0..<30 {
            try await queues[0].enqueue(RunTicket("run-\(number)"))
            #expect(try await queues[0].cancel("run-\(number)"))
        }
        try await queues[1].enqueue(RunTicket("stays"))
        for _ in 1...6 {
            passed.withLock { $0 += 20 * 60 }
            async let first = queues[0].entries(limit: 9)
            async let second = queues[1].entries(limit: 9)
            #expect(try await [first, second].map { $0.map(\.ticket.run) } == [["stays"], ["stays"]])
        }
        await watcher.close()
        #expect(deletions.withLock { $0 } >= 30)
        await bus.close()
    }

    /// Tells of every request to JetStream, until what is returned is closed.
    private static func watch(
        _ server: NATSServer, _ onRequest: @escaping @Sendable (String) -> Void
    ) async throws -> Watcher {
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: server.url)) { notice in
            if case .unreadable(let subject) = notice { onRequest(subject) }
        }
        let options = SubscriptionOptions(whenFull: .dropOldest)
        return Watcher(bus: bus, events: try await bus.subscribe(EventPattern(">"), options))
    }

    private struct Watcher {
        let bus: NATSEventBus
        let events: EventSubscription

        func close() async { await self.bus.close() }
    }

    @Test("Names that are no words of a subject keep their runs apart")
    func names() async throws {
        let server = try NATSServer()
        let bus = try await NATSEventBusTests.connect(server)
        let queue = try NATSRunQueue(bus, name: "odd")
        let names = ["a.b", "a b", "a*", ">", "_2e_", "ä", "a_2e_b"]
        for name in names { try await queue.enqueue(RunTicket(name, trace: "00-\(name.utf8.count)")) }
        #expect(try await NATSRunQueue(bus, name: "odd").entries(limit: 9).map(\.ticket.run) == names)
        #expect(throws: EventError.self) { try NATSRunQueue(bus, name: "a.b") }
        await bus.close()
    }
}
