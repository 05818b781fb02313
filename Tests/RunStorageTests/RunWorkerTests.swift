// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Testing

@Suite("Workers of the queue")
struct RunWorkerTests {
    @Test("Workers that share a queue end every run, each once")
    func sharing() async throws {
        let bench = try Workbench()
        let queue = SQLiteRunQueue(try StorageFile(path: bench.folder.file))
        var ids = [String]()
        for _ in 0..<12 {
            ids.append(try await bench.begin(Workbench.asking))
            ids.append(try await bench.begin())
        }
        for id in ids { try await queue.enqueue(RunTicket(id)) }
        let workers = try (0..<3).map { _ in try self.worker(bench) }
        await withTaskGroup { group in
            for worker in workers { group.addTask { await worker.run(untilEmpty: true) } }
        }
        let runs = try await bench.store().runs(RunFilter())
        #expect(runs.filter { $0.state == .succeeded }.count == 12)
        #expect(runs.filter { $0.state == .waiting }.count == 12)
        #expect(runs.allSatisfy { $0.attempts == 1 })
        #expect(bench.counter.counts == ["one": 12, "two": 12, "three": 12, "four": 12])
        #expect(try await queue.entries(limit: 100).isEmpty)
    }

    @Test("A run that was delivered too often is set aside and fails")
    func poison() async throws {
        let bench = try Workbench()
        let clock = ManualClock()
        let queue = SQLiteRunQueue(try StorageFile(path: bench.folder.file)) {
            Date(timeIntervalSince1970: clock.now.offset / .seconds(1))
        }
        let id = try await bench.begin()
        try await queue.enqueue(RunTicket(id))
        for _ in 0..<3 {
            #expect(try await queue.lease(for: "dying", duration: .seconds(1)) != nil)
            clock.advance(by: .seconds(2))
        }
        try await self.worker(bench, queue: queue).run(untilEmpty: true)
        #expect(bench.counter.counts.isEmpty)
        #expect(try await bench.store().run(id).summary.failure?.code == "pipeline.set-aside")
        #expect(try await queue.entries(limit: 9).first?.asideReason?.contains("3 times") == true)
        #expect(try await queue.restore(id))
        try await self.worker(bench, queue: queue).run(untilEmpty: true)
        #expect(try await bench.store().run(id).summary.state == .succeeded)
    }

    @Test("A worker that is stopped gives its run back, which goes on elsewhere")
    func givesBack() async throws {
        let bench = try Workbench()
        let queue = SQLiteRunQueue(try StorageFile(path: bench.folder.file))
        let id = try await bench.begin()
        try await queue.enqueue(RunTicket(id))
        bench.counter.hold = 2
        let worker = try self.worker(bench)
        let working = Task { await worker.run() }
        await bench.counter.untilHeld()
        working.cancel()
        await working.value
        #expect(try await queue.entries(limit: 9).map(\.deliveries) == [0])
        bench.counter.hold = nil
        try await self.worker(bench).run(untilEmpty: true)
        #expect(try await bench.store().run(id).summary.state == .succeeded)
        #expect(bench.counter.counts.values.allSatisfy { $0 == 1 })
    }

    @Test("Old runs are removed now and then by a policy, with their places in line")
    func pruning() async throws {
        let bench = try Workbench()
        let clock = ManualClock()
        let file = try StorageFile(path: bench.folder.file)
        let now: @Sendable () -> Date = { Date(timeIntervalSince1970: 1e9 + clock.now.offset / .seconds(1)) }
        let (store, queue) = (SQLiteRunStore(file, now: now), SQLiteRunQueue(file, now: now))
        var ids: [String] = []
        for _ in 0..<3 {
            let id = try await store.create(Workbench.source(Workbench.counting), inputs: [:])
            try await queue.enqueue(RunTicket(id))
            ids.append(id)
        }
        // The first is set aside, the second ends an hour later, the third never.
        let lease = try #require(try await queue.lease(for: "w", duration: .seconds(9)))
        try await store.open(ids[0]).end(.failed(RunFailure(code: "x", message: "x")))
        #expect(try await queue.setAside(lease, reason: "test"))
        clock.advance(by: .seconds(3600))
        try await store.open(ids[1]).end(.succeeded(1))
        let counts = AsyncStream<Int>.makeStream()
        let pruner = RunPruner(
            store: store, policy: RetentionPolicy(maximumAge: .seconds(1800)), interval: .seconds(1200), clock: clock
        ) { counts.continuation.yield((try? $0.get().removedRuns) ?? -1) }
        let running = Task { await pruner.run() }
        var removed: [Int] = []
        for await count in counts.stream {
            removed.append(count)
            if removed.reduce(0, +) == 2 { break }
        }
        running.cancel()
        await running.value
        #expect(removed.first == 1)
        #expect(try await store.runs(RunFilter()).map(\.id) == [ids[2]])
        #expect(try await queue.entries(limit: 9).map(\.ticket.run) == [ids[2]])
    }

    private func worker(_ bench: Workbench, queue: SQLiteRunQueue? = nil) throws -> RunWorker {
        RunWorker(
            queue: try queue ?? SQLiteRunQueue(StorageFile(path: bench.folder.file)), runner: try bench.runner(),
            settings: RunWorker.Settings(name: "test", concurrency: 2, poll: .milliseconds(1), maximumDeliveries: 3))
    }
}
