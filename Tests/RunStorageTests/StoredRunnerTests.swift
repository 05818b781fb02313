// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import RunStorage
import Synchronization
import Testing

@Suite("Stored runs, resumed and replayed")
struct StoredRunnerTests {
    @Test("A run that was interrupted goes on, and no step is done twice", arguments: 0..<4)
    func resumes(stop: Int) async throws {
        let bench = try Workbench()
        let id = try await bench.begin()
        bench.counter.failure = stop
        await #expect(throws: CancellationError.self) { try await bench.runner().run(id) }
        #expect(try await bench.store().run(id).summary.state == .interrupted)
        bench.counter.failure = nil
        let result = try await bench.runner().run(id)
        #expect(result.output == ["one", "two", "three", "four"])
        #expect(bench.counter.counts == ["one": 1, "two": 1, "three": 1, "four": 1])
        let run = try await bench.store().run(id)
        #expect(run.summary.state == .succeeded)
        #expect(run.summary.attempts == 2)
        #expect(run.output == result.output)
        await #expect(throws: PipelineError.self) { try await bench.runner().run(id) }
    }

    @Test("A pipe that was interrupted is done again from its beginning, recorded once, and recalled by a replay")
    func pipe() async throws {
        let bench = try Workbench()
        var registry = bench.registry
        registry.register(SplitStep())
        let id = try await bench.begin(
            """
            pipeline: counting
            inputs: {text: {type: string, default: "two\\nthree\\nfour"}}
            steps:
              - {id: a, uses: count, with: {name: one}}
              - id: p
                pipe:
                  - {id: s, uses: split, with: {text: "${inputs.text}", into: lines}}
                  - {id: f, for_each: "${s.pieces}", steps: [{id: c, uses: count, with: {name: "${item}"}}], output: "${c.name}"}
            output: ["${a.name}", "${f.results}"]
            """)
        let runner = PipelineRunner(model: ScriptedModel())
        bench.counter.failure = 3
        await #expect(throws: CancellationError.self) {
            try await StoredRunner(store: bench.store(), runner: runner, registry: registry).run(id)
        }
        bench.counter.failure = nil
        let result = try await StoredRunner(store: bench.store(), runner: runner, registry: registry).run(id)
        #expect(result.output == ["one", ["two", "three", "four"]])
        #expect(bench.counter.counts == ["one": 1, "two": 2, "three": 2, "four": 1])
        #expect(try await bench.store().steps(of: id, from: 0, limit: 9).map(\.call.key.rawValue) == ["a", "p"])
        let report = try await RunReplay(store: bench.store(), registry: registry).replay(id)
        #expect(report.differences == [] && report.recalledSteps == 2)
    }

    @Test("A failed run tells why, and resuming does the failed step again")
    func failure() async throws {
        let bench = try Workbench()
        let id = try await bench.begin()
        bench.counter.failure = 2
        bench.counter.error = PipelineError(.invalidValue, "broken")
        await #expect(throws: PipelineError.self) { try await bench.runner().run(id) }
        let failure = try await bench.store().run(id).summary.failure
        #expect(failure?.message.contains("broken") == true)
        bench.counter.failure = nil
        _ = try await bench.runner().run(id)
        #expect(bench.counter.counts.values.allSatisfy { $0 == 1 })
    }

    @Test("Two processes cannot run one run at once, and a cancelled one ends")
    func exclusion() async throws {
        let bench = try Workbench()
        let id = try await bench.begin()
        let session = try await bench.store().open(id)
        let error = await #expect(throws: PipelineError.self) { try await bench.runner().run(id) }
        #expect(error?.code == .runIsBusy)
        #expect(try await bench.store().run(id).summary.state == .running)
        #expect(try await bench.store().cancel(id) == .running)
        #expect(try await session.isCancellationRequested())
        try await session.end(.cancelled)
        #expect(try await bench.store().run(id).summary.state == .cancelled)
    }

    @Test("A run waits for an answer, takes only a fitting one, and goes on")
    func answers() async throws {
        let bench = try Workbench()
        let id = try await bench.begin(Workbench.asking)
        await #expect(throws: RunSuspension.self) { try await bench.runner().run(id) }
        let store = try bench.store()
        let pending = try await store.run(id).pending
        #expect(pending.map(\.question) == ["May one go?"])
        let key = try #require(pending.first?.key)
        for (key, value) in [(key, "perhaps"), (StepKey(rawValue: "other"), "yes")] {
            await #expect(throws: PipelineError.self) { try await store.answer(.string(value), to: key, of: id) }
        }
        try await store.answer("yes", to: key, of: id)
        #expect(try await bench.runner().run(id).output == "yes")
    }

    @Test("A replay finds nothing where nothing differs, and what was changed where something was")
    func replays() async throws {
        let bench = try Workbench()
        let id = try await bench.begin()
        _ = try await bench.runner().run(id)
        let same = try await RunReplay(store: try bench.store(), registry: bench.registry).replay(id)
        #expect((same.recalledSteps, same.repeatedSteps) == (4, 0))
        #expect(same.differences.isEmpty)
        #expect(bench.counter.counts.values.allSatisfy { $0 == 1 })
        let pure = StepRegistry([CountingStep(counter: bench.counter, effect: .pure, ending: "!")])
        let other = try await RunReplay(store: try bench.store(), registry: pure).replay(id)
        #expect(other.differences.map(\.key?.rawValue) == ["a", "b", "c", "d", nil])
    }

    @Test("A changed pipeline is refused with the name of what changed")
    func changes() async throws {
        let bench = try Workbench()
        let id = try await bench.begin()
        var source = Workbench.source(Workbench.counting)
        let run = try await bench.store().run(id)
        try run.check(source)
        source.text += "# more\n"
        let error = #expect(throws: PipelineError.self) { try run.check(source) }
        #expect(error?.code == .runDiffers)
        #expect(error?.message.contains("counting.yaml") == true)
        // A program without these steps.
        #expect(throws: PipelineError.self) { try run.pipeline(registry: StepRegistry([])) }
    }

    @Test("Pruning removes what the policy says, and shared values with their last run")
    func pruning() async throws {
        let bench = try Workbench()
        let clock = ManualClock()
        let store = try bench.folder.store { Date(timeIntervalSince1970: clock.now.offset / .seconds(1)) }
        var ids = [String]()
        for number in 0..<6 {
            clock.advance(by: .seconds(100))
            let text = number < 3 ? Samples.longText : "short"
            ids.append(try await store.create(Workbench.source(Workbench.counting), inputs: ["text": text]))
            if number != 5 { try await store.open(ids[number]).end(.succeeded("x")) }
        }
        let byAge = try await store.prune(RetentionPolicy(maximumAge: .seconds(450)))
        #expect((byAge.removedRuns, byAge.removedValues) == (1, 0))
        let byCount = try await store.prune(RetentionPolicy(maximumCount: 2))
        #expect((byCount.removedRuns, byCount.removedValues) == (2, 1))
        let bySize = try await store.prune(RetentionPolicy(maximumBytes: 1))
        #expect((bySize.removedRuns, bySize.removedValues) == (2, 0))
        // What can still go on stays, whatever the policy.
        #expect(try await store.runs(RunFilter()).map(\.id) == [ids[5]])
    }
}
