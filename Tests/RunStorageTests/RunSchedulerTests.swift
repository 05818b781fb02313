// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Testing

@Suite("Schedules that begin runs")
struct RunSchedulerTests {
    private let bench: Workbench
    private let clock = ManualClock()

    init() throws {
        self.bench = try Workbench()
        self.clock.advance(by: .seconds(1_000))
    }

    private func store() throws -> SQLiteScheduleStore {
        SQLiteScheduleStore(try StorageFile(path: self.bench.folder.file))
    }

    private func scheduler() throws -> RunScheduler {
        RunScheduler(store: try self.store()) { [clock] in clock.now.offset }
    }

    private func add(
        _ name: String = "counting", missed: RunSchedule.MissedPolicy = .once, every seconds: Int = 100
    ) async throws {
        let schedule = try RunSchedule(.every(seconds: seconds), missed: missed, inputs: [:])
        try await self.store().add(
            StoredSchedule(
                name, Workbench.source(Workbench.counting), schedule, after: Int(self.clock.now.offset / .seconds(1))))
    }

    private func begun() async throws -> [Int] { try await self.scheduler().beginDue().map(\.moment) }

    @Test("Each time begins one run, and not before it has come")
    func times() async throws {
        try await self.add()
        #expect(try await self.store().schedules().map(\.next) == [1_100])
        #expect(try await self.begun() == [])
        for moment in [1_100, 1_200, 1_300] {
            self.clock.advance(by: .seconds(100))
            #expect(try await self.begun() == [moment])
            #expect(try await self.begun() == [])
        }
        #expect(try await self.store().schedules().map(\.next) == [1_400])
        let queue = SQLiteRunQueue(try StorageFile(path: self.bench.folder.file))
        #expect(try await queue.entries(limit: 9).count == 3)
        #expect(try await self.bench.store().runs(RunFilter()).allSatisfy { $0.state == .queued })
    }

    @Test("Of many workers one begins the run of a time, and each run is done once")
    func sharing() async throws {
        for name in ["a", "b", "c"] { try await self.add(name) }
        let workers = try (0..<4).map { _ in
            RunWorker(
                queue: SQLiteRunQueue(try StorageFile(path: self.bench.folder.file)), scheduler: try self.scheduler(),
                runner: try self.bench.runner(), settings: .init(name: "w", concurrency: 2, poll: .milliseconds(1)))
        }
        for round in 1...3 {
            self.clock.advance(by: .seconds(100))
            await withTaskGroup { group in
                for worker in workers { group.addTask { await worker.run(untilEmpty: true) } }
            }
            #expect(self.bench.counter.counts["four"] == 3 * round)
        }
        let runs = try await self.bench.store().runs(RunFilter())
        #expect(runs.count == 9 && runs.allSatisfy { $0.state == .succeeded && $0.attempts == 1 })
    }

    @Test(
        "After a time without workers one run makes up for all, or none",
        arguments: [
            (RunSchedule.MissedPolicy.once, 570, [1_500]), (.skip, 570, []), (.skip, 530, [1_500]),
            (.once, 100, [1_100]),
        ])
    func missed(policy: RunSchedule.MissedPolicy, pause: Int, expected: [Int]) async throws {
        try await self.add(missed: policy)
        self.clock.advance(by: .seconds(pause))
        #expect(try await self.begun() == expected)
        self.clock.advance(by: .seconds(100 - pause % 100))
        #expect(try await self.begun() == [(1_000 + pause) / 100 * 100 + 100])
    }

    @Test("The last of many missed times of a calendar is found", arguments: [0, 59, 3_600, 86_400 * 400])
    func longPause(pause: Int) async throws {
        let schedule = try RunSchedule(.cron(CronExpression("*/10 9 1-20 * *"), zone: "Europe/Berlin"))
        let first = try #require(schedule.next(after: 1_790_000_000))
        try await self.store().add(
            StoredSchedule("c", Workbench.source(Workbench.counting), schedule, after: 1_790_000_000))
        self.clock.advance(by: .seconds(first + pause - 1_000))
        let moment = try #require(try await self.begun().first)
        #expect(moment >= first && moment <= first + pause)
        #expect(try #require(schedule.next(after: moment)) > first + pause)
        #expect(schedule.next(after: moment - 1) == moment)
    }

    @Test("A schedule stored anew takes the new text, and begins no second run for a time")
    func replaced() async throws {
        try await self.add()
        self.clock.advance(by: .seconds(100))
        #expect(try await self.begun() == [1_100])
        let schedule = try RunSchedule(.every(seconds: 100))
        try await self.store().add(
            StoredSchedule(
                "counting", Workbench.source(Workbench.asking), schedule, tenant: "b", priority: 3, after: 1_099))
        #expect(try await self.begun() == [])
        #expect(try await self.store().schedules().map(\.next) == [1_200])
        self.clock.advance(by: .seconds(100))
        let run = try #require(try await self.scheduler().beginDue().first?.run)
        #expect(try await self.bench.store().run(run).source.text == Workbench.asking)
        let queue = SQLiteRunQueue(try StorageFile(path: self.bench.folder.file))
        #expect(try await queue.entries(limit: 9).last?.ticket == RunTicket(run, tenant: "b", priority: 3))
    }

    @Test("A removed schedule begins nothing more, and pruning keeps what schedules need")
    func removed() async throws {
        try await self.add()
        var schedule = try #require(try await self.store().schedules().first)
        schedule.name = "long"
        schedule.schedule.inputs = ["text": Samples.longText]
        try await self.store().add(schedule)
        _ = try await self.bench.store().prune(RetentionPolicy(maximumCount: 0))
        #expect(try await self.store().schedules().last?.schedule.inputs == ["text": Samples.longText])
        #expect(try await self.store().remove("counting"))
        #expect(try await !self.store().remove("counting"))
        self.clock.advance(by: .seconds(100))
        let begun = try await self.scheduler().beginDue()
        #expect(begun.map(\.schedule) == ["long"])
        #expect(try await self.bench.store().run(begun[0].run).inputs == ["text": Samples.longText])
        #expect(try await self.store().remove("long"))
        #expect(try await self.bench.store().prune(RetentionPolicy(maximumCount: 0)).removedValues == 0)
    }
}
