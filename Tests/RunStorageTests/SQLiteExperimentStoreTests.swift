// SPDX-License-Identifier: Apache-2.0

import ExperimentStoreChecks
import Experiments
import Foundation
import LLMCore
import RunStorage
import Testing

@Suite("Experiments in SQLite")
struct SQLiteExperimentStoreTests {
    @Test("It does what every store must")
    func conformance() async throws {
        let folder = try TemporaryFolder()
        let conformance = ExperimentStoreConformance {
            let path = "\(folder.path)/\(UUID().uuidString).sqlite"
            return { SQLiteExperimentStore(try StorageFile(path: path)) }
        }
        #expect(await conformance.failures() == [])
    }
}
