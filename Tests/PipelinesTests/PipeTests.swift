// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONSchemas
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import SourceDocuments
import Synchronization
import Testing

@Suite("Pipes", .timeLimit(.minutes(5)))
struct PipeTests {
    private static let letter = """
        pipeline: letter
        steps:
          - {id: topic, uses: note, with: {value: ships}}
          - id: letter
            pipe:
              - {id: draft, uses: generate, with: {prompt: "Write about ${topic.value}."}}
              - {id: sentences, uses: split, with: {text: "${draft.text}", into: sentences}}
              - id: each
                for_each: "${sentences.pieces}"
                as: sentence
                concurrency: 2
                steps: [{id: put, uses: note, with: {value: "${sentence}"}}]
                output: "<${put.value}>"
          - {id: done, uses: note, with: {value: "${sentences.count}"}}
        output: ["${each.results}", "${draft.text}", "${done.value}", "${draft.finish_reason}"]
        """

    private static let counting = """
        pipeline: count
        steps:
          - id: p
            pipe:
              - {id: c, uses: count, with: {to: 40}}
              - {id: f, for_each: "${c.numbers}", concurrency: 3, steps: [{id: a, uses: note, with: {value: "${item}"}}], output: "${a.value}"}
        output: ["${f.results}", "${f.count}", "${c.last}"]
        """

    @Test("The next stage sees a sentence while the model is still writing, and so do watchers")
    func first() async throws {
        let seen = Signal()
        var run = TestRun()
        run.runner.model = ScriptedModel(replies: [
            .held("One is here. Two", until: { try await seen.wait() }, then: " is here.")
        ])
        let pipeline = try Pipeline(yaml: Self.letter, registry: run.piping())
        // The model goes on only once the first sentence has gone through the whole pipe.
        let output = try await run.runner.run(pipeline) { event in
            if case .text("letter", "<One is here.>\n") = event { seen.tell() }
        }.output
        #expect(output == [["<One is here.>", "<Two is here.>"], "One is here. Two is here.", 2, "stop"])
    }

    @Test("The journal gets a pipe once, at its end; a run that was killed does the pipe again from its beginning")
    func journal() async throws {
        let killed = Signal()
        var run = TestRun()
        run.body = { value in if value == "One is here." { killed.tell() } }
        run.runner.model = ScriptedModel(replies: [
            .held("One is here. Two", until: { try await Signal.never.wait() }, then: "")
        ])
        let pipeline = try Pipeline(yaml: Self.letter, registry: run.piping())
        let (journal, first) = (MemoryJournal(), run)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await first.run(pipeline, journal: journal) }
            try await killed.wait()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(journal.entries.map(\.step.key.rawValue) == ["topic"])
        var second = TestRun()
        second.runner.model = ScriptedModel(replies: ["Three. Four."])
        let again = try Pipeline(yaml: Self.letter, registry: second.piping())
        for _ in 0..<2 {
            let output = try await second.run(again, journal: journal)
            #expect(output == [["<Three.>", "<Four.>"], "Three. Four.", 2, "stop"])
        }
        #expect(journal.entries.map(\.step.key.rawValue) == ["topic", "letter", "done"])
        #expect(second.deeds.all.sorted() == ["done", "each[0].put", "each[1].put"])
    }

    @Test("What nobody reads after the pipe is neither kept nor recorded")
    func unread() async throws {
        let run = TestRun()
        let yaml = Self.counting.split(separator: "output: [")[0] + "output: done"
        let journal = MemoryJournal()
        #expect(try await run.run(Pipeline(yaml: String(yaml), registry: run.piping()), journal: journal) == "done")
        guard case .finished(let outputs, _) = try #require(journal.entries.first).outcome else {
            Issue.record("It is of another kind.")
            return
        }
        #expect(outputs == ["c": ["last": 39], "f": ["count": 40]])
    }

    @Test("A stage is never far behind, results keep their order, and no more is under way than allowed")
    func pressure() async throws {
        let state = Mutex((sent: 0, done: 0, running: 0, lead: 0, most: 0))
        var run = TestRun()
        run.body = { _ in
            state.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
            for _ in 0..<3 { await Task.yield() }
            state.withLock {
                $0.running -= 1
                $0.done += 1
            }
        }
        let registry = run.piping { _ in
            state.withLock {
                $0.sent += 1
                $0.lead = max($0.lead, $0.sent - $0.done)
            }
        }
        let yaml = Self.counting.replacing("to: 40", with: "to: 100")
        let output = try await run.run(Pipeline(yaml: yaml, registry: registry))
        #expect(output == [.array((0..<100).map { .integer($0) }), 100, 99])
        let (_, _, _, lead, most) = state.withLock { $0 }
        // 16 wait in the channel, 3 are under way, and one each is on its way in and out.
        #expect(lead <= 16 + 3 + 3, "\(lead)")
        #expect((1...3).contains(most))
    }

    @Test("The failure of either side ends the other, and is the pipe's, also when it is recalled")
    func failures() async throws {
        for side in ["c", "f"] {
            var run = TestRun()
            run.body = { value in if side == "f", value == 2 { throw LLMError(.overloaded, "No.") } }
            let registry = run.piping { number in
                if side == "c", number == 2 { throw LLMError(.overloaded, "No.") }
                if number == 20 { try await Signal.never.wait() }
            }
            let yaml = """
                pipeline: count
                steps:
                  - try:
                      - id: p
                        pipe:
                          - {id: c, uses: count, with: {to: 40}}
                          - {id: f, for_each: "${c.numbers}", concurrency: 3, steps: [{id: a, uses: note, with: {value: "${item}"}}]}
                    catch: [{id: n, uses: note, with: {value: "${error.step} ${error.code} ${error.message}"}}]
                output: "${n.value}"
                """
            let journal = MemoryJournal()
            let pipeline = try Pipeline(yaml: yaml, registry: registry)
            let output = try #require(try await run.run(pipeline, journal: journal).stringValue)
            #expect(output.hasPrefix("p llm.overloaded The stage '\(side)' "), "\(output)")
            #expect(output.contains("No."))
            #expect(journal.entries.map(\.step.key.rawValue) == ["p", "n"])
            #expect(run.deeds.all.contains { $0.hasPrefix("c is ended by") })
            let resumed = MemoryJournal(journal.entries.prefix(1))
            let recalled = try #require(try await run.run(pipeline, journal: resumed).stringValue)
            #expect(recalled.hasPrefix("p llm.overloaded The stage '\(side)' "), "\(recalled)")
            #expect(run.deeds.all.count { $0 == "c begins" } == 1)
        }
    }

    @Test("A time limit ends all stages")
    func timeout() async throws {
        let run = TestRun()
        let registry = run.piping { number in if number == 1 { try await Signal.never.wait() } }
        let yaml = Self.counting.replacing("- id: p", with: "- id: p\n    timeout: 5s")
        let error = await #expect(throws: PipelineError.self) {
            try await run.run(Pipeline(yaml: yaml, registry: registry))
        }
        #expect("\(try #require(error))".contains("longer than 5"), "\(error?.message ?? "")")
        #expect(run.deeds.all.contains("c is ended by CancellationError"))
    }

    @Test("A pipe is tried again as a whole, and recorded once")
    func retry() async throws {
        let run = TestRun()
        let journal = MemoryJournal()
        let yaml = Self.counting.replacing("- id: p", with: "- id: p\n    retry: 2").replacing("to: 40", with: "to: 3")
            .replacing("value: \"${item}\"", with: "value: \"${item}\", failures: 1")
        let pipeline = try Pipeline(yaml: yaml.replacing("concurrency: 3, ", with: ""), registry: run.piping())
        await #expect(throws: PipelineError.self) { try await run.run(pipeline, journal: journal) }
        #expect(
            run.deeds.all.filter { $0 == "c begins" || $0.hasPrefix("f") } == [
                "c begins", "f[0].a", "c begins", "f[0].a", "f[1].a",
            ])
        #expect(journal.entries.isEmpty)
        #expect(try await run.run(pipeline, journal: journal) == [[0, 1, 2], 3, 2])
        #expect(journal.entries.map(\.step.key.rawValue) == ["p"])
    }

    @Test("A pipe over what is there already gives what its steps give without it")
    func whole() async throws {
        let steps = """
              - {id: s, uses: split, with: {text: "${inputs.text}", into: sentences}}
              - {id: f, for_each: "${s.pieces}", steps: [{id: a, uses: note, with: {value: "${item}"}}]}
            """
        let inputs = "pipeline: p\ninputs: {text: {type: string, default: \"One. Two.\"}}\nsteps:\n"
        let output = "\noutput: [\"${f.results}\", \"${s.pieces}\", \"${s.count}\"]"
        let piped = "  - id: p\n    pipe:\n" + steps.replacing("  - ", with: "      - ")
        var outputs: [JSONValue] = []
        for form in [steps, piped] {
            let run = TestRun()
            outputs.append(try await run.run(Pipeline(yaml: inputs + form + output, registry: run.piping())))
        }
        #expect(outputs[0] == outputs[1])
        #expect(outputs[0].arrayValue?.last == 2)
    }

    @Test("A pipe built in Swift is the same as in YAML, is drawn, and fits the schema")
    func forms() async throws {
        let run = TestRun()
        let built = try Pipeline(
            "count", output: ["${f.results}", "${f.count}", "${c.last}"], registry: run.piping()
        ) {
            Pipe("p") {
                Step("c", uses: "count", with: ["to": 40])
                ForEach("${c.numbers}", id: "f", concurrency: 3, output: "${a.value}") {
                    Step("a", uses: "note", with: ["value": "${item}"])
                }
            }
        }
        let written = try Pipeline(yaml: Self.counting, registry: run.piping())
        #expect(try await run.run(built) == run.run(written))
        #expect(built.mermaid == written.mermaid && built.svg == written.svg)
        #expect(
            written.mermaid.contains("[\"p: pipe\"]") && written.mermaid.contains("n3 ==> n4"), "\(written.mermaid)")
        #expect(written.svg.contains("class=\"flow\""))
        var reader = SourceReader(file: "p.yaml", beginning: "")
        let schema = try JSONSchema(PipelineSchema.schema(registry: run.piping()))
        #expect(schema.validate(try reader.read(Self.counting).json).isEmpty)
    }
}
