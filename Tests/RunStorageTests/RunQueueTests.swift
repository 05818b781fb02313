// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Testing

@Suite("The queue of runs in SQLite")
struct RunQueueTests {
    @Test("It does what every queue must")
    func conformance() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let conformance = RunQueueConformance(
            makeQueue: {
                let path = "\(folder.path)/\(UUID().uuidString).sqlite"
                return SQLiteRunQueue(try StorageFile(path: path)) {
                    Date(timeIntervalSince1970: clock.now.offset / .seconds(1))
                }
            },
            pass: { clock.advance(by: $0) })
        #expect(await conformance.failures() == [])
        let isLong = ProcessInfo.processInfo.environment["AUTOGLM_LONG_CONFORMANCE"] != nil
        #expect(await conformance.failures(inHistories: 1...(isLong ? 1_000 : 5)) == [])
    }

    @Test("Workers that take at once never take the same run")
    func manyWorkers() async throws {
        let folder = try TemporaryFolder()
        let queue = SQLiteRunQueue(try StorageFile(path: folder.file))
        for number in 0..<100 { try await queue.enqueue(RunTicket("run-\(number)", tenant: "tenant-\(number % 3)")) }
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<4 {
                let own = SQLiteRunQueue(try StorageFile(path: folder.file))
                group.addTask {
                    var runs = [String]()
                    while let lease = try await own.lease(for: "worker-\(worker)", duration: .seconds(3600)) {
                        runs.append(lease.ticket.run)
                    }
                    return runs
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.count == 100)
        #expect(Set(taken).count == 100)
    }
}
