// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Testing

@Suite("Runs that outlive their process")
struct RunStoreTests {
    @Test("The store in SQLite does what every store must")
    func conformance() async {
        let conformance = RunStoreConformance {
            let (folder, clock) = (try TemporaryFolder(), ManualClock())
            return .init(
                open: {
                    try folder.store { Date(timeIntervalSince1970: clock.now.offset / .seconds(1)) }
                }, pass: { clock.advance(by: $0) })
        }
        #expect(await conformance.failures() == [])
    }

    @Test("Schedules in SQLite do what they must")
    func scheduleConformance() async {
        let conformance = ScheduleStoreConformance {
            let folder = try TemporaryFolder()
            return {
                let file = try StorageFile(path: folder.file)
                return (SQLiteScheduleStore(file), try folder.store(), SQLiteRunQueue(file))
            }
        }
        #expect(await conformance.failures() == [])
    }

    @Test("Recording ten thousand steps keeps their order, and its time is printed")
    func manySteps() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let id = try await store.create(Samples.source, inputs: [:])
        let session = try await store.open(id)
        let count = 10_000
        let start = ContinuousClock.now
        for number in 0..<count {
            let step = StepCall(StepKey(rawValue: "loop[\(number)].ask"), uses: "generate", effect: .model)
            #expect(try await session.outcome(of: step) == nil)
            let outputs: [String: JSONValue] = ["n": .integer(number), "text": "some text"]
            try await session.record(.finished(outputs: outputs, usage: nil), of: step, took: .zero)
        }
        print("recording takes \((ContinuousClock.now - start) / count) a step")
        let middle = try await store.steps(of: id, from: 5000, limit: 2)
        #expect(middle.map(\.call.key.rawValue) == ["loop[5000].ask", "loop[5001].ask"])
        #expect(try await store.run(id).summary.stepCount == count)
    }
}
