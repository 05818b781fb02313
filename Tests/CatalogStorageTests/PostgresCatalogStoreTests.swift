// SPDX-License-Identifier: Apache-2.0

import CatalogStorage
import LLMCore
import OpenAutoGLMTesting
import PostgresConnections
import PostgresServing
import Testing

@Suite("The catalogue of models in PostgreSQL", .timeLimit(.minutes(5)))
struct PostgresCatalogStoreTests {
    @Test("It does what every store must")
    func conformance() async {
        let conformance = CatalogStoreConformance {
            let url = try PostgresServer.shared().makeDatabase()
            return { try PostgresCatalogStore(url: url) }
        }
        #expect(await conformance.failures() == [])
    }

    @Test(
        "The database refuses to change what happened",
        arguments: [
            "UPDATE autoglm_catalog_events SET model = 'x'", "DELETE FROM autoglm_catalog_events",
            "TRUNCATE autoglm_catalog_events",
        ])
    func history(sql: String) async throws {
        let url = try PostgresServer.shared().makeDatabase()
        #expect(try await PostgresCatalogStore(url: url).models() == [])
        let connection = PostgresConnection(try PostgresURL(url))
        let error = await #expect(throws: PostgresError.self) {
            try await connection.perform { _ = try $0.execute(sql) }
        }
        #expect(error?.message.contains("the history of models is not changed") == true)
    }
}
