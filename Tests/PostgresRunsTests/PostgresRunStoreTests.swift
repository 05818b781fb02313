// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import PostgresConnections
import PostgresRuns
import PostgresServing
import RunStorage
import Synchronization
import Testing

@Suite("Runs in PostgreSQL", .timeLimit(.minutes(5)))
struct PostgresRunStoreTests {
    static let source = PipelineSource(name: "p", version: "1.0.0", file: "p.yaml", text: "pipeline: p\n")

    @Test("It does what every store must")
    func conformance() async {
        let conformance = RunStoreConformance {
            let place = try await RunPlace()
            return .init(open: { try place.store() }, pass: { try await place.pass($0) }, hold: RunPlace.hold)
        }
        #expect(await conformance.failures() == [])
    }

    @Test("Programs that begin at once make the tables once")
    func tables() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let store = PostgresRunStore(try RunDatabase(url: url))
                    _ = try await store.create(Self.source, inputs: [:])
                }
            }
            try await group.waitForAll()
        }
        #expect(try await PostgresRunStore(RunDatabase(url: url)).runs(RunFilter()).count == 8)
    }

    @Test("Tables of a later version are left alone, and the error says what to do")
    func laterVersion() async throws {
        let place = try await RunPlace()
        try await place.execute("INSERT INTO autoglm_run_versions VALUES (1000)")
        let error = await #expect(throws: PostgresError.self) { try await place.store().runs(RunFilter()) }
        #expect(error?.code == .newerSchema && error?.message.contains("name another database") == true)
    }

    @Test("A server that is not there, or does not let in, is told at once and without a password")
    func unreachable() async throws {
        let absent = PostgresRunStore(try RunDatabase(url: "postgresql:///runs?host=/nowhere"))
        let error = await #expect(throws: PostgresError.self) { try await absent.runs(RunFilter()) }
        #expect(error?.code == .connectionFailed && error?.message.contains("runs on /nowhere") == true)
        let refused = #expect(throws: PostgresError.self) { try RunDatabase(url: "postgresql://me:word@host/runs") }
        #expect(refused?.code == .invalidURL && refused?.description.contains("word@") == false)
        let place = try await RunPlace()
        let unknown = await #expect(throws: PipelineError.self) { try await place.store().run("nothing") }
        #expect(unknown?.message.contains(" on /") == true)
    }

    @Test("A record whose acknowledgement was lost is the same record, and not one too many")
    func lostAcknowledgement() async throws {
        let place = try await RunPlace()
        let store = try place.store()
        let session = try await store.open(store.create(Self.source, inputs: [:]))
        let step = StepCall(StepKey(rawValue: "a"), uses: "generate", effect: .model)
        // As the server has it when it has done the work, and the connection ended before it could say so.
        try await place.execute(
            """
            INSERT INTO autoglm_run_steps (run, key, position, uses, effect, outputs, seconds)
            SELECT number, 'a', 0, 'generate', 'model', '{"n":1}', 0 FROM autoglm_runs
            """)
        let outcome = StepOutcome.finished(outputs: ["n": 1], usage: nil)
        try await session.record(outcome, of: step, took: .zero)
        await #expect(throws: StorageError.self) { try await session.record(outcome, of: step, took: .zero) }
        try await session.end(.succeeded(1))
        #expect(try await store.steps(of: session.runID, from: 0, limit: 9).map(\.position) == [0])
    }

    @Test("Where the database stays away, the session ends there, and the run goes on elsewhere")
    func staysAway() async throws {
        let place = try await RunPlace()
        let store = PostgresRunStore(try RunDatabase(url: place.url, patience: .milliseconds(100)))
        let session = try await store.open(store.create(Self.source, inputs: [:]))
        let name = String(place.url.split(separator: "/").last?.prefix { $0 != "?" } ?? "")
        let server = try PostgresServer.shared()
        try server.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS false")
        try server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
        let step = StepCall(StepKey(rawValue: "a"), uses: "generate", effect: .model)
        await #expect(throws: PostgresError.self) {
            try await session.record(.finished(outputs: [:], usage: nil), of: step, took: .zero)
        }
        try server.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS true")
        // It does not end the run as failed when it could again.
        await #expect(throws: PostgresError.self) {
            try await session.end(.failed(RunFailure(code: "a", message: "b")))
        }
        await session.leave()
        #expect(try await place.store().run(session.runID).summary.state == .interrupted)
        try await place.store().open(session.runID).end(.succeeded(1))
    }

    @Test("A process that goes on says that it is there")
    func signsOfLife() async throws {
        let place = try await RunPlace()
        let store = PostgresRunStore(try RunDatabase(url: place.url), hold: .milliseconds(300))
        let id = try await store.create(Self.source, inputs: [:])
        var session: (any RunSession)? = try await store.open(id)
        let until = "SELECT held_until > '\(try await Self.heldUntil(place))' FROM autoglm_runs"
        while try await place.execute(until) != [[true]] {}
        #expect(try await session?.isCancellationRequested() == false)
        // Dropped, it falls silent.
        session = nil
        while try await place.store().run(id).summary.state != .interrupted {}
    }

    private static func heldUntil(_ place: RunPlace) async throws -> String {
        try await place.execute("SELECT held_until::text FROM autoglm_runs")[0][0].stringValue ?? ""
    }
}
