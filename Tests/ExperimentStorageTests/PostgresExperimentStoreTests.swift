// SPDX-License-Identifier: Apache-2.0

import ExperimentStorage
import ExperimentStoreChecks
import Experiments
import LLMCore
import PostgresConnections
import PostgresServing
import Testing

@Suite("Experiments in PostgreSQL", .timeLimit(.minutes(5)))
struct PostgresExperimentStoreTests {
    @Test("It does what every store must")
    func conformance() async {
        let conformance = ExperimentStoreConformance {
            let url = try PostgresServer.shared().makeDatabase()
            return { try PostgresExperimentStore(url: url) }
        }
        #expect(await conformance.failures() == [])
    }

    @Test("Programs that begin at once make the tables once")
    func tables() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let store = try PostgresExperimentStore(url: url)
                    _ = try await store.keep("a", of: "u\(index)", in: "e")
                }
            }
            try await group.waitForAll()
        }
        #expect(try await PostgresExperimentStore(url: url).arm(of: "u7", in: "e") == "a")
    }

    @Test("An event of a later version is told, not passed over")
    func laterEvent() async throws {
        let url = try PostgresServer.shared().makeDatabase()
        let store = try PostgresExperimentStore(url: url)
        try await store.save(StoredExperiment(name: "e", definition: "x"), ExperimentEvent(.defined, at: 1))
        try await PostgresConnection(try PostgresURL(url)).perform { session in
            _ = try session.execute("UPDATE autoglm_experiment_events SET kind = 'cloned'")
        }
        let error = await #expect(throws: PostgresError.self) { try await store.events(of: "e") }
        #expect(error?.code == .unreadable && error?.message.contains("later version") == true)
    }
}
