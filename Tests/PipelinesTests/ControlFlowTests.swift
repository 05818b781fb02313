// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Synchronization
import Testing

@Suite("Control flow")
struct ControlFlowTests {
    @Test("Each shape of pipeline gives its result, its steps in their order", arguments: PipelineShape.all)
    func shape(_ shape: PipelineShape) async throws {
        let run = TestRun()
        let pipeline = try run.pipeline(shape.steps, output: shape.output)
        #expect(try await run.run(pipeline, inputs: shape.inputs) == shape.result)
        #expect((shape.isConcurrent ? run.deeds.all.sorted() : run.deeds.all) == shape.order)
    }

    @Test(
        "Resumed from any point, each shape gives the same result with each step done once",
        arguments: PipelineShape.all)
    func resume(_ shape: PipelineShape) async throws {
        let whole = MemoryJournal()
        let first = TestRun()
        let result = try await first.run(
            first.pipeline(shape.steps, output: shape.output), inputs: shape.inputs, journal: whole)
        for count in 0...whole.entries.count {
            let run = TestRun()
            // The steps of before have been done, and count as such for those that fail at first.
            let before = whole.entries.prefix(count)
            for entry in before { _ = run.deeds.add(entry.step.key.rawValue) }
            let pipeline = try run.pipeline(shape.steps, output: shape.output)
            #expect(try await run.run(pipeline, inputs: shape.inputs, journal: MemoryJournal(before)) == result)
            #expect(run.deeds.all.sorted() == shape.order.sorted(), "after \(count) entries")
        }
    }

    @Test("Turns run at the same time, at most so many, and their results keep their order")
    func concurrency() async throws {
        let running = Mutex((now: 0, most: 0))
        let run = TestRun(body: { value in
            running.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            // Turns that begin early end late.
            for _ in 0..<(40 - (value.integerValue ?? 0)) { await Task.yield() }
            running.withLock { $0.now -= 1 }
        })
        let steps = """
              - {id: f, for_each: 40, concurrency: 4, steps: [{id: a, uses: note, with: {value: "${item}"}}], output: "${a.value}"}
            """
        let result = try await run.run(run.pipeline(steps, output: "\"${f.results}\""))
        #expect(result == .array((0..<40).map { .integer($0) }))
        #expect((1...4).contains(running.withLock { $0.most }))
        #expect(run.log.all.last == "turn f 40/40")
    }

    @Test("A failed turn ends the others and the run")
    func failedTurn() async throws {
        let run = TestRun(body: { value in
            if value == 3 { throw LLMError(.overloaded, "No.") }
            for _ in 0..<100_000 {
                try Task.checkCancellation()
                await Task.yield()
            }
        })
        let steps = "  - {id: f, for_each: 4, concurrency: 4, steps: [{id: a, uses: note, with: {value: \"${item}\"}}]}"
        let error = await #expect(throws: PipelineError.self) {
            try await run.run(run.pipeline(steps, output: "\"${f.count}\""))
        }
        #expect("\(try #require(error))" == "The step 'a' (uses note) failed (p.yaml:4:50). (because: No.)")
    }

    @Test("A while loop that does not end fails at its limit")
    func limit() async throws {
        let run = TestRun()
        let steps = "  - {id: w, while: index < 9, limit: 3, steps: [{id: a, uses: note}]}"
        let error = await #expect(throws: PipelineError.self) {
            try await run.run(run.pipeline(steps, output: "\"${w.count}\""))
        }
        #expect("\(try #require(error))".contains("The condition still holds after 3 turns"))
        #expect(run.deeds.all.count == 3)
    }

    @Test("A step is tried again after growing waits, and fails when its attempts are used up")
    func retries() async throws {
        let steps = """
              - {id: a, uses: note, with: {failures: 3}, retry: {attempts: 4, backoff: 2s, max_backoff: 5s}}
            """
        let run = TestRun()
        let result = try await run.run(run.pipeline(steps, output: "\"${a.number}\""))
        #expect(result == 4)
        #expect(
            run.log.all.filter { $0.hasPrefix("retry") } == [
                "retry a 1 2.0 seconds", "retry a 2 4.0 seconds", "retry a 3 5.0 seconds",
            ])
        let less = TestRun()
        await #expect(throws: PipelineError.self) {
            try await less.run(less.pipeline(steps.replacing("4,", with: "3,"), output: "\"${a.number}\""))
        }
        #expect(less.deeds.all.count == 3)
    }

    @Test("Chance shortens waits by at most the jitter", arguments: [(0.0, 4.0), (0.5, 3.0), (1.0, 2.0)])
    func jitter(chance: Double, seconds: Double) {
        #expect(RetryPolicy(backoff: .seconds(2)).wait(after: 2, chance: chance) == .seconds(seconds))
    }

    @Test("A step that takes too long is cancelled, and that can be caught")
    func timeout() async throws {
        // The clock jumps to the deadline as soon as somebody waits for it.
        let run = TestRun(body: { _ in
            while true {
                try Task.checkCancellation()
                await Task.yield()
            }
        })
        let steps = """
              - try: [{id: a, uses: note, timeout: 5s}]
                catch: [{id: b, uses: output, with: {value: "${error.code}"}}]
            """
        let journal = MemoryJournal()
        let pipeline = try run.pipeline(steps, output: "\"${b.value}\"")
        #expect(try await run.run(pipeline, journal: journal) == "pipeline.timed-out")
        #expect(try await run.run(pipeline, journal: journal) == "pipeline.timed-out")
        #expect(run.deeds.all == ["a"])
    }

    @Test(
        "Cancelling a run ends it, whatever it is doing",
        arguments: [
            "  - {id: a, uses: note}",
            "  - {id: a, try: [{uses: note}], catch: [{fail: caught}], finally: [{fail: late}]}",
            "  - {id: a, for_each: 3, concurrency: 3, steps: [{uses: note}]}", "  - {id: a, parallel: [{uses: note}]}",
            "  - {id: a, steps: [{uses: note, retry: 5, timeout: 1d}], when: inputs.x}",
        ])
    func cancellation(steps: String) async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        var run = TestRun(body: { _ in
            begin.yield()
            while true {
                try Task.checkCancellation()
                await Task.yield()
            }
        })
        run.runner.clock = ContinuousClock()
        let pipeline = try run.pipeline(steps, output: "1")
        let task = Task { [run] in try await run.run(pipeline) }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("10,000 turns and 10,000 steps come to their end")
    func manySteps() async throws {
        var run = TestRun()
        run.runner.recordLimit = 5
        let result = try await run.runner.run(
            run.pipeline(
                "  - {id: f, for_each: 10000, concurrency: 8, steps: [{uses: note}]}", output: "\"${f.count}\""))
        #expect(result.output == 10_000 && result.stepCount == 10_000 && result.steps.count == 5)
        let chain = try Pipeline("chain", output: "${s9999.value}", registry: run.registry) {
            Step("s0", uses: "note", with: ["value": 7])
            for index in 1..<10_000 {
                Step("s\(index)", uses: "note", with: ["value": .string("${s\(index - 1).value}")])
            }
        }
        #expect(try await run.run(chain) == 7)
    }
}
