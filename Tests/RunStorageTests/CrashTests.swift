// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import NATSMessaging
import NATSServing
import Pipelines
import PostgresConnections
import PostgresRuns
import PostgresServing
import RunStorage
import Testing

/// Kills real processes with SIGKILL at random moments and counts what their steps left behind.
///
/// `AUTOGLM_CRASH_RUNS` sets the number of runs (10 if not set); `scripts/crash.sh` makes it many.
@Suite("Runs killed at random moments")
struct CrashTests {
    static let count = ProcessInfo.processInfo.environment["AUTOGLM_CRASH_RUNS"].flatMap(Int.init) ?? 10

    @Test("Killed and resumed, no step is lost and none is done again once it is recorded")
    func resumed() async throws {
        let folder = try TemporaryFolder()
        let subject = try CrashedProgram()
        let tally = CrashTally(store: try folder.store(), effects: "\(folder.path)/effects")
        var random = SeededGenerator(seed: 5)
        var kills = 0
        let names = (0..<Self.count).map { "run-\($0)" }
        for name in names {
            let id = try await tally.store.create(CrashedProgram.source, inputs: ["run": .string(name)])
            var attempt = 0
            while try await tally.store.run(id).summary.state != .succeeded {
                let moment = Self.moment(attempt: attempt, using: &random)
                attempt += 1
                kills += try await subject.run([folder.file, tally.effects, id], killedAfter: moment) ? 1 : 0
                try await tally.note([id])
            }
        }
        let report = try tally.report(names: names, kills: kills)
        print("crash resumed \(report.json)")
        #expect(report.isClean, "\(report.json)")
        #expect(kills > 0)
    }

    @Test("Workers that share a store and are killed leave nothing lost and nothing doubled")
    func workers() async throws {
        let folder = try TemporaryFolder()
        try await self.check(
            try folder.store(), SQLiteRunQueue(try StorageFile(path: folder.file)), at: folder.file, in: folder,
            named: "workers")
    }

    @Test("Workers over JetStream, whose server is killed as well, leave nothing lost and nothing doubled")
    func workersOverNATS() async throws {
        let server = try NATSServer()
        let bus = try await NATSEventBus.connect(NATSConfiguration(url: server.url))
        let folder = try TemporaryFolder()
        try await self.check(
            try folder.store(), NATSRunQueue(bus), at: folder.file, in: folder, named: "nats", more: [server.url]
        ) { kills in
            guard kills % 5 == 4 else { return }
            server.end(SIGKILL)
            try server.start()
        }
        await bus.close()
    }

    @Test("Workers that share a database whose connections are cut as well leave nothing lost and nothing doubled")
    func workersOverPostgres() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        let database = try RunDatabase(url: url)
        let others = PostgresConnection(try PostgresURL(url))
        try await self.check(
            PostgresRunStore(database), PostgresRunQueue(database), at: url, in: try TemporaryFolder(),
            named: "postgres"
        ) { kills in
            guard kills % 5 == 4 else { return }
            _ = try await others.perform { session in
                try session.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """)
            }
        }
    }

    /// Lets workers do runs while they are killed.
    ///
    /// - Parameters:
    ///   - store: The store, as the tests see it.
    ///   - queue: The queue, as the tests see it.
    ///   - place: Where the workers find the store.
    ///   - folder: Where they leave traces.
    ///   - name: What this is called when it is counted.
    ///   - more: What else the workers are told.
    ///   - harm: What else is done, after so many kills of one of three workers' places.
    private func check(
        _ store: any RunStore, _ queue: any RunQueue, at place: String, in folder: TemporaryFolder, named name: String,
        more: [String] = [], harm: @escaping @Sendable (_ kills: Int) async throws -> Void = { _ in }
    ) async throws {
        let subject = try CrashedProgram()
        let tally = CrashTally(store: store, effects: "\(folder.path)/effects")
        var ids = [String]()
        let names = (0..<Self.count).map { "run-\($0)" }
        for name in names {
            ids.append(try await tally.store.create(CrashedProgram.source, inputs: ["run": .string(name)]))
            try await queue.enqueue(RunTicket(ids[ids.count - 1]))
        }
        let kills = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<3 {
                group.addTask { [ids] in
                    var random = SeededGenerator(seed: UInt64(worker))
                    var kills = 0
                    while try await tally.store.runs(RunFilter(states: [.succeeded], limit: ids.count)).count
                        < ids.count
                    {
                        let moment = Self.moment(attempt: kills, using: &random)
                        kills +=
                            try await subject.run([place, tally.effects] + more, killedAfter: moment) ? 1 : 0
                        if worker == 0 { try await harm(kills) }
                        try await tally.note(ids)
                    }
                    return kills
                }
            }
            return try await group.reduce(0, +)
        }
        let report = try tally.report(names: names, kills: kills)
        print("crash \(name) \(report.json)")
        #expect(report.isClean, "\(report.json)")
    }

    /// When to kill, in seconds: early at first, then later, so that slow machines come to an end as well as fast ones.
    private static func moment(attempt: Int, using random: inout SeededGenerator) -> Double {
        Double.random(in: 0.002...(0.02 * pow(1.1, Double(attempt % 36))), using: &random)
    }
}
