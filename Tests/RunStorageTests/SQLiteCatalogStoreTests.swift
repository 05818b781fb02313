// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import LLMCore
import ModelCatalog
import OpenAutoGLMTesting
import RunStorage
import Testing

@Suite("The catalogue of models in SQLite")
struct SQLiteCatalogStoreTests {
    @Test("It does what every store must")
    func conformance() async throws {
        let folder = try TemporaryFolder()
        let conformance = CatalogStoreConformance {
            let path = "\(folder.path)/\(UUID().uuidString).sqlite"
            return { SQLiteCatalogStore(try StorageFile(path: path)) }
        }
        #expect(await conformance.failures() == [])
    }

    @Test(
        "The file refuses to change what happened",
        arguments: ["UPDATE catalog_events SET model = 'x'", "DELETE FROM catalog_events"])
    func history(sql: String) async throws {
        let folder = try TemporaryFolder()
        let store = SQLiteCatalogStore(try StorageFile(path: folder.file))
        let event = try CatalogEvent(.approvalsSet(alias: "a", count: 1), at: Date(), by: "ines")
        try await store.append([event], to: "m", after: 0)
        let queue = try DatabaseQueue(path: folder.file)
        let error = #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        #expect(error?.message == "the history of models is not changed")
    }
}
