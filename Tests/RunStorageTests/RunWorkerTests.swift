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

    private func worker(_ bench: Workbench, queue: SQLiteRunQueue? = nil) throws -> RunWorker {
        RunWorker(
            queue: try queue ?? SQLiteRunQueue(StorageFile(path: bench.folder.file)), runner: try bench.runner(),
            settings: RunWorker.Settings(name: "test", concurrency: 2, poll: .milliseconds(1), maximumDeliveries: 3))
    }
}
