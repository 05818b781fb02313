// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import RunStorage
import Testing

@Suite("Runs that outlive their process")
struct RunStoreTests {
    @Test("What a step gave comes back as it was", arguments: Samples.outcomes)
    func roundTrip(outcome: StepOutcome) async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let id = try await store.create(Samples.source, inputs: [:])
        let step = StepCall(StepKey(rawValue: "pages[12].ask"), uses: "generate", effect: .model)
        let session = try await store.open(id)
        #expect(try await session.outcome(of: step) == nil)
        try await session.record(outcome, of: step, took: .milliseconds(12))
        #expect(try await session.outcome(of: step) == outcome)
        let recorded = try await folder.store().steps(of: id, from: 0, limit: 10)
        #expect(recorded.map(\.call) == [step])
        #expect(recorded.map(\.outcome) == [outcome])
        #expect(recorded.map(\.duration) == [.milliseconds(12)])
    }

    @Test("A step is recorded once")
    func once() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let session = try await store.open(try await store.create(Samples.source, inputs: [:]))
        let step = StepCall(StepKey(rawValue: "ask"), uses: "generate", effect: .model)
        try await session.record(.finished(outputs: ["n": 1], usage: nil), of: step, took: .zero)
        await #expect(throws: StorageError.self) {
            try await session.record(.finished(outputs: ["n": 2], usage: nil), of: step, took: .zero)
        }
        #expect(try await session.outcome(of: step) == .finished(outputs: ["n": 1], usage: nil))
    }

    @Test("A step is recorded although the task has been cancelled")
    func recordsAfterCancellation() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let session = try await store.open(try await store.create(Samples.source, inputs: [:]))
        let step = StepCall(StepKey(rawValue: "ask"), uses: "generate", effect: .model)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await session.record(.failed(code: "a.b", message: "c"), of: step, took: .zero)
        }
        try await task.value
        #expect(try await session.outcome(of: step) == .failed(code: "a.b", message: "c"))
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
