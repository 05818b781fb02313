// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Runs that wait")
struct WaitingTests {
    private static let approval = """
          - {id: draft, uses: note, with: {value: text}}
          - {id: ok, wait_for: "Publish '${draft.value}'?", choices: [yes, no]}
          - {id: publish, uses: note, when: ok.answer == 'yes', with: {value: "${draft.value}"}}
        """

    @Test("A run stops where it needs an answer, and goes on when there is one")
    func approval() async throws {
        let (run, journal) = (TestRun(), MemoryJournal())
        let pipeline = try run.pipeline(Self.approval, output: "\"${publish.value}\"")
        for _ in 0..<2 {
            let wait = try await run.suspension(of: pipeline, journal)
            #expect(wait?.pending.map(\.key.rawValue) == ["ok"])
            #expect(wait?.message == "The run waits at 'ok': Publish 'text'?")
            #expect(wait?.pending.first?.choices == ["yes", "no"])
        }
        journal.answer(StepKey(rawValue: "ok"), "yes")
        #expect(try await run.run(pipeline, journal: journal) == "text")
        #expect(run.deeds.all == ["draft", "publish"])
    }

    @Test("An answer that is none of the choices fails the run")
    func wrongAnswer() async throws {
        var run = TestRun()
        run.runner.answer = { _ in "perhaps" }
        let pipeline = try run.pipeline(Self.approval, output: "\"${publish.value}\"")
        let error = await #expect(throws: PipelineError.self) { try await run.run(pipeline) }
        #expect("\(try #require(error))".contains("'perhaps' is none of yes, no"))
    }

    @Test("While one branch waits the others come to their end, and all questions are asked at once")
    func branches() async throws {
        let (run, journal) = (TestRun(), MemoryJournal())
        let steps = """
              - id: f
                for_each: 3
                concurrency: 3
                steps:
                  - {id: q, wait_for: "Number ${item}?", when: item != 1}
                  - {id: a, uses: note, with: {value: "${q.answer}"}}
                output: "${a.value}"
            """
        let pipeline = try run.pipeline(steps, output: "\"${f.results}\"")
        let wait = try await run.suspension(of: pipeline, journal)
        #expect(wait?.pending.map(\.key.rawValue).sorted() == ["f[0].q", "f[2].q"])
        #expect(run.deeds.all == ["f[1].a"])
        for pending in wait?.pending ?? [] { journal.answer(pending.key, .string(pending.key.rawValue)) }
        #expect(try await run.run(pipeline, journal: journal) == ["f[0].q", nil, "f[2].q"])
        #expect(run.deeds.all.count == 3)
    }

    @Test("A wait is no failure: 'catch' and 'finally' leave it alone")
    func waitInTry() async throws {
        let run = TestRun()
        let steps = "  - {try: [{id: q, wait_for: Well?}], catch: [{uses: note}], finally: [{id: b, uses: note}]}"
        #expect(try await run.suspension(of: run.pipeline(steps, output: "1"), MemoryJournal()) != nil)
        #expect(run.deeds.all.isEmpty)
    }

    @Test("A breakpoint stops before its step, once")
    func breakpoint() async throws {
        var run = TestRun()
        let journal = MemoryJournal()
        run.runner.breakpoints = ["b"]
        let pipeline = try run.pipeline(
            "  - {id: a, uses: note, breakpoint: true}\n  - {id: b, uses: note}", output: "1")
        for key in ["a!", "b!"] {
            let wait = try await run.suspension(of: pipeline, journal)
            #expect(wait?.pending.map(\.key.rawValue) == [key])
            journal.answer(StepKey(rawValue: key), true)
        }
        #expect(run.deeds.all == ["a"])
    }

    @Test(
        "A breakpoint is set on any step there is, and an unknown one gets the nearest name",
        arguments: [
            ("a", nil), ("inner", nil), ("branch", nil), ("caught", nil), ("called", nil), ("other", nil),
            ("inne", "Did you mean 'inner'?"), ("inputs", "Known:"),
        ] as [(String, String?)])
    func knownSteps(id: String, hint: String?) throws {
        let pipeline = try TestRun().pipeline(
            """
              - {id: a, uses: note}
              - {id: loop, for_each: 2, steps: [{id: inner, uses: note}]}
              - {id: try, try: [{parallel: [{id: branch, uses: note}]}], catch: [{id: caught, uses: note}]}
              - {id: call, call: {pipeline: q, steps: [{id: called, uses: note}], output: 1}}
              - {id: s, switch: "${inputs.x}", cases: {y: [{id: other, uses: note}]}}
            """, output: "1")
        guard let hint else { return try pipeline.check(steps: [id, "a"]) }
        let error = #expect(throws: PipelineError.self) { try pipeline.check(steps: ["a", id]) }
        #expect(error?.code == .unknownStep)
        #expect(error?.message.contains("has no step '\(id)'. \(hint)") == true)
    }

    @Test("A sleep goes by the time of day, and a long one leaves the process")
    func longNap() async throws {
        let clock = ManualClock()
        var run = TestRun()
        run.runner.clock = clock
        run.runner.now = { .seconds(1_000) }
        let journal = MemoryJournal()
        let pipeline = try run.pipeline("  - {id: nap, sleep: 2h}\n  - {id: a, uses: note}", output: "\"${a.number}\"")
        run.runner.longestSleep = .seconds(60)
        let wait = try await run.suspension(of: pipeline, journal)
        #expect(wait?.pending.first?.until == .seconds(8_200))
        run.runner.now = { .seconds(8_190) }
        #expect(try await run.run(pipeline, journal: journal) == 1)
        #expect(clock.now.offset == .seconds(10))
        run.runner.now = { .zero }
        #expect(try await run.run(pipeline, journal: journal) == 1)
        #expect(clock.now.offset == .seconds(10))
    }

    @Test("A step's idempotency key is its own, and the same in every attempt")
    func idempotency() async throws {
        struct KeyStep: PipelineStep {
            let definition = StepDefinition(
                name: "key", summary: "Gives its key.", inputs: [], outputs: [StepPort("key", .string, "The key.")])
            func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
                ["key": .string(context.idempotencyKey)]
            }
        }
        let pipeline = try Pipeline("p", output: ["${a.key}", "${b.key}"], registry: StepRegistry([KeyStep()])) {
            Step("a", uses: "key")
            Step("b", uses: "key")
        }
        let runner = PipelineRunner(model: ScriptedModel())
        let keys = try await runner.run(pipeline, journal: MemoryJournal()).output
        #expect(try await runner.run(pipeline, journal: MemoryJournal()).output == keys)
        #expect(keys.arrayValue?.first != keys.arrayValue?.last)
        #expect(keys.arrayValue?.allSatisfy { $0.stringValue?.count == 32 } == true)
    }

    @Test("A parse that asks again does so also when the answer comes from the journal")
    func askAgain() async throws {
        let pipeline = try Pipeline("p", output: "${b.value}") {
            Step("a", uses: "generate", with: ["prompt": "Which animal?"])
            Step(
                "b", uses: "parse",
                with: ["text": "${a.text}", "as": "choice", "choices": ["cat", "dog"], "attempts": 2])
        }
        let journal = MemoryJournal()
        let stubborn = ScriptedModel(replies: ["horse", .failure(LLMError(.overloaded, "Full."))])
        await #expect(throws: PipelineError.self) {
            try await PipelineRunner(model: stubborn).run(pipeline, journal: journal)
        }
        let model = ScriptedModel(replies: ["dog"])
        #expect(try await PipelineRunner(model: model).run(pipeline, journal: journal).output == "dog")
        guard case .messages(let messages) = try #require(model.requests.first).prompt else {
            Issue.record("It is of another kind.")
            return
        }
        #expect(messages.map(\.role) == [.user, .assistant, .user])
    }

    @Test("What keeps the journal from being written ends the run, whatever is around the step")
    func brokenJournal() async throws {
        struct BrokenJournal: RunJournal {
            let runID = "r"
            func outcome(of step: StepCall) async throws -> StepOutcome? { nil }
            func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
                throw LLMError(.backendFailed, "The disk is full.")
            }
        }
        let run = TestRun()
        let pipeline = try run.pipeline(
            "  - {try: [{id: a, uses: note, retry: 3}], catch: [{id: b, uses: note}]}", output: "1")
        await #expect(throws: LLMError.self) { try await run.run(pipeline, journal: BrokenJournal()) }
        #expect(run.deeds.all == ["a"])
    }
}
