// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import Testing

/// Does something outside: it is never done in these tests.
private struct ActStep: PipelineStep {
    let deeds: Deeds
    let definition = StepDefinition(
        name: "act", summary: "Does something.", inputs: [StepPort("value", .any, "Anything.")],
        outputs: [StepPort("count", .integer, "A number."), StepPort("note", .string, "A text.")])

    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        ["count": .integer(self.deeds.add(context.key.rawValue)), "note": "done"]
    }
}

@Suite("Dry runs")
struct DryRunTests {
    private let deeds = Deeds()

    private func pipeline(_ steps: String, output: String = "1") throws -> Pipeline {
        var registry = StepRegistry.standard
        registry.register(ActStep(deeds: self.deeds))
        registry.register(NoteStep(deeds: self.deeds))
        return try Pipeline(
            yaml: "pipeline: p\ninputs: {x: {type: any, default: 1}}\nsteps:\n\(steps)\noutput: \(output)",
            registry: registry)
    }

    private func run(_ pipeline: Pipeline, _ answers: [String: JSONValue]) async throws -> JSONValue {
        try await DryRun(RecordedAnswers(answers)).run(pipeline).output
    }

    private static let flow = """
          - {id: first, uses: act, breakpoint: true}
          - {id: nap, sleep: 1d}
          - {id: ok, wait_for: "Go on after ${first.count}?", choices: ["yes", "no"]}
          - {id: ask, uses: generate, when: ok.answer == 'yes', with: {prompt: "${first.note}"}}
          - {id: read, uses: parse, with: {text: "${ask.text}", as: json, attempts: 3}}
          - {id: kept, uses: note, with: {value: "${read.value}"}}
        """

    @Test("Pure steps are done; effects, models, waits and sleeps take answers at once")
    func flow() async throws {
        let pipeline = try self.pipeline(Self.flow, output: "[\"${kept.value}\", \"${first.note}\"]")
        let result = try await DryRun(
            RecordedAnswers(["first": ["count": 7, "note": "n"], "ok": "yes", "ask": ["text": "{\"a\": 1}"]])
        ).run(pipeline)
        #expect(result.output == [["a": 1], "n"])
        #expect(self.deeds.all == ["kept"])
        #expect(result.steps.filter(\.wasRecorded).map(\.id) == ["first", "ask"])
        #expect(result.steps.first { $0.id == "ok" }?.inputs["question"] == "Go on after 7?")
    }

    @Test("An answer for one execution comes before that for all of a step's")
    func keys() async throws {
        let pipeline = try self.pipeline(
            "  - {id: l, for_each: 3, concurrency: 3, steps: [{id: a, uses: act}], output: \"${a.count}\"}",
            output: "\"${l.results}\"")
        #expect(try await self.run(pipeline, ["a": 1, "l[1].a": ["count": 5]]) == [1, 5, 1])
    }

    @Test("A recorded failure is caught as a real one is")
    func failure() async throws {
        let pipeline = try self.pipeline(
            "  - {try: [{id: a, uses: act}], catch: [{id: b, uses: note, with: {value: \"${error.code}\"}}]}",
            output: "\"${b.value}\"")
        #expect(try await self.run(pipeline, ["a": ["error": ["code": "http.gone", "message": "No."]]]) == "http.gone")
    }

    @Test(
        "What lacks an answer is told with its key and how to give it, whatever is around the step",
        arguments: [
            ("  - {id: a, uses: act}", [:], ["'a' (uses act)", "\n  a: {count: 1}\n", "count, note"]),
            (
                "  - {id: l, for_each: 2, steps: [{id: a, uses: act}]}", [:],
                ["\n  \"l[0].a\": {count: 1}\n", "'a' stands for all"]
            ),
            ("  - {try: [{id: a, uses: act}], catch: [{uses: note}]}", [:], ["'a' (uses act)"]),
            ("  - {id: ok, wait_for: Well?}", [:], ["'ok' (uses wait_for)", "\n  ok: {answer: …}"]),
            ("  - {id: ask, uses: generate, with: {prompt: x}}", [:], ["ask: {text: \"…\"}"]),
            (
                """
                  - {id: ask, uses: generate, with: {prompt: x}}
                  - {try: [{id: read, uses: parse, retry: 3, with: {text: "${ask.text}", as: json, attempts: 2}}], catch: [{uses: note}]}
                """, ["ask": "no JSON"], ["'read' (uses parse)", "read: {value: …}"]
            ),
        ] as [(String, [String: JSONValue], [String])])
    func unanswered(steps: String, answers: [String: JSONValue], words: [String]) async throws {
        let pipeline = try self.pipeline(steps)
        let error = await #expect(throws: PipelineError.self) { try await self.run(pipeline, answers) }
        #expect(error?.code == .unanswered)
        for word in words { #expect(error?.message.contains(word) == true, "\(error?.message ?? "")") }
        #expect(self.deeds.all.isEmpty)
    }

    @Test(
        "An answer that fits no step, or not its step, is refused",
        arguments: [
            (["frist": 1], "Did you mean 'first'?"), (["l[0].x": 1], "no such step"),
            (["first": ["counts": 1]], "Did you mean 'count'?"), (["first": ["count": "1"]], "'count' as string"),
            (["first": 1, "ok": "perhaps"], "failed"),
        ] as [([String: JSONValue], String)])
    func invalid(answers: [String: JSONValue], words: String) async throws {
        let pipeline = try self.pipeline(Self.flow)
        let error = await #expect(throws: PipelineError.self) { try await self.run(pipeline, answers) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("Answers are read from YAML, and what is no mapping is told with its place")
    func yaml() async throws {
        let pipeline = try self.pipeline("  - {id: a, uses: act}", output: "\"${a.note}\"")
        let answers = try RecordedAnswers(yaml: "a:\n  note: fine\n", file: "answers.yaml")
        #expect(try await DryRun(answers).run(pipeline).output == "fine")
        for (text, words) in [("- a", "answers.yaml:1:1: The file must be a mapping"), ("a: [", "answers.yaml:")] {
            let error = #expect(throws: PipelineError.self) { try RecordedAnswers(yaml: text, file: "answers.yaml") }
            #expect(error?.message.contains(words) == true)
        }
    }

    @Test("Answers of a stored run are taken for what is not pure; written ones come first")
    func stored() async throws {
        let pipeline = try self.pipeline(
            "  - {id: a, uses: act}\n  - {id: b, uses: act}\n  - {id: c, uses: note, with: {value: \"${b.count}\"}}",
            output: "[\"${a.count}\", \"${c.value}\"]")
        let journal = MemoryJournal()
        let result = try await TestRun().runner.run(pipeline, journal: journal)
        #expect(result.output == [1, 1])
        let steps = journal.entries.enumerated().map { position, entry in
            RecordedStep(
                call: entry.step, position: position, outcome: entry.outcome, endedAt: Date(timeIntervalSince1970: 0),
                duration: .zero)
        }
        let dry = DryRun(RecordedAnswers(["b": 9], steps: steps))
        #expect(try await dry.run(pipeline).output == [1, 9])
        #expect(self.deeds.all == ["a", "b", "c", "c"])
    }
}
