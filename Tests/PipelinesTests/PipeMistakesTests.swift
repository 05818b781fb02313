// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Mistakes in pipes")
struct PipeMistakesTests {
    typealias Case = PipelineValidationTests.Case

    /// A pipe of stages, each in a line of its own from line 5 on.
    static func pipe(_ stages: String...) -> String {
        "  - id: p\n    pipe:\n" + stages.map { "      - {\($0)}\n" }.joined()
    }

    private static let count = "id: c, uses: count, with: {to: 3}"
    private static let draft = "id: d, uses: generate, with: {prompt: Hello}"

    @Test(
        "Each mistake is named with its line, its column and what to do",
        arguments: [
            Case(
                Self.pipe(Self.count),
                "p.yaml:4:5: The pipe 'p' has one stage. It needs two or more; a single step needs no pipe."),
            Case(
                Self.pipe("id: n, uses: note", "id: f, for_each: \"${n.value}\", steps: [{uses: note}]"),
                "p.yaml:6:23: 'note' gives nothing before it has ended. Put it before the pipe, or last in it if it takes what flows."
            ),
            Case(
                Self.pipe(Self.count, "id: n, uses: note, with: {value: \"${c.numbers}\"}"),
                "p.yaml:7:23: 'note' takes nothing before it is whole. Put it into a 'for_each' of the pipe, or after the pipe."
            ),
            Case(
                Self.pipe(Self.draft, "id: f, for_each: \"${d.text}\", steps: [{uses: note}]"),
                "p.yaml:7:27: 'for_each' takes elements, but ${d.text} flows as a text. Cut the text first, with a stage 'uses: split'."
            ),
            Case(
                Self.pipe(Self.count, "id: s, uses: split, with: {text: \"${c.numbers}\", into: lines}"),
                "p.yaml:7:43: 'text' takes a text, but ${c.numbers} flows as elements. Take the elements one by one, with a stage 'for_each'."
            ),
            Case(
                Self.pipe(Self.draft, "id: s, uses: split, with: {text: \"see ${d.text}\", into: lines}"),
                "p.yaml:7:43: The stage 's' does not take what flows from 'd'. Give 'text: \"${d.text}\"' to it."),
            Case(
                Self.pipe(Self.draft, "id: s, uses: split, with: {into: lines}"),
                "p.yaml:7:9: The stage 's' does not take what flows from 'd'. Give 'text: \"${d.text}\"' to it."),
            Case(
                Self.pipe(
                    Self.count,
                    "id: f, for_each: \"${c.numbers}\", steps: [{id: a, uses: note, with: {value: \"${c.last}\"}}]"),
                "p.yaml:7:85: ${c.last} is not known while the pipe is under way. A stage takes what flows from the one directly before it; the rest is seen after the pipe."
            ),
            Case(
                Self.pipe(Self.count, "switch: a, cases: {}"),
                "p.yaml:7:18: 'switch' is no stage of a pipe. Put it into a 'for_each' of the pipe, or before or after the pipe."
            ),
            Case(
                Self.pipe(
                    "id: c, uses: count, with: {to: 3}, timeout: 3s, retry: 2",
                    "id: f, for_each: \"${c.numbers}\", steps: [{id: w, wait_for: Well}]"),
                "p.yaml:6:9: A stage has no 'timeout' of its own: the stages of a pipe run together. Put it on the pipe, or on the steps of a 'for_each' in it.",
                "p.yaml:6:9: A stage has no 'retry' of its own: the stages of a pipe run together. Put it on the pipe, or on the steps of a 'for_each' in it.",
                "p.yaml:7:69: A pipe cannot wait for an answer: it is done again from its beginning. Ask before the pipe, or after it."
            ),
            Case(
                Self.pipe("id: c, uses: cuont", "id: f, for_each: \"${c.numbers}\", steps: [{uses: note}]"),
                "p.yaml:6:23: There is no step 'cuont'. Did you mean 'count'?"),
            Case(
                Self.pipe("id: c, uses: count", "id: f, for_each: \"${c.numbers}\", steps: [{uses: note}]"),
                "p.yaml:6:9: The step 'c' (uses count) lacks the input 'to': How far. Add it under 'with'."),
        ])
    func mistakes(testCase: Case) throws {
        let run = TestRun()
        let yaml = "pipeline: p\ninputs: {x: {type: any, default: 1}}\nsteps:\n\(testCase.yaml)output: 1"
        let error = try #require(throws: InvalidPipelineError.self) {
            try Pipeline(yaml: yaml, file: "p.yaml", registry: run.piping())
        }
        #expect(error.issues.map(\.description) == testCase.issues)
    }

    @Test(
        "A text is cut as it comes, wherever its parts are cut",
        arguments: [
            (
                "sentences", "One. Two! \"Three?\" Four 3.5 metres\n\nfive",
                ["One.", "Two!", "\"Three?\"", "Four 3.5 metres", "five"]
            ),
            ("sentences", "Dr. J. Smith came. He saw…", ["Dr. J. Smith came.", "He saw…"]),
            ("sentences", "你好。我很好！「是吗？」好", ["你好。", "我很好！", "「是吗？」", "好"]),
            ("lines", "a\r\n\n b \nc", ["a", "b", "c"]), ("paragraphs", "a\nb\n \nc\n\n\nd", ["a\nb", "c", "d"]),
            ("json", "{\"a\": 1}\n\n[2]\n", [["a": 1], [2]]), ("lines", "", []), ("sentences", " \n ", []),
        ] as [(String, String, [JSONValue])])
    func split(unit: String, text: String, pieces: [JSONValue]) async throws {
        let whole = try await runStep("split", ["text": .string(text), "into": .string(unit)])
        #expect(whole == ["pieces": .array(pieces), "count": .integer(pieces.count)])
        // A model streams the same text five characters at a time.
        let run = PipelineRunner(model: ScriptedModel(replies: [.text(text)]))
        let piped = try Pipeline("p", output: "${s.pieces}") {
            Pipe {
                Step("d", uses: "generate", with: ["prompt": "Hello"])
                Step("s", uses: "split", with: ["text": "${d.text}", "into": .string(unit)])
            }
        }
        #expect(try await run.run(piped).output == .array(pieces))
    }

    @Test("A line that is no JSON, and a piece without end, are errors")
    func badPieces() async throws {
        for (unit, text, part) in [
            ("json", "1\n{a}\n", "Line 2"), ("lines", String(repeating: "x", count: 1_100_000), "1048576 bytes"),
        ] {
            await #expect(throws: PipelineError.self) {
                let pipeline = try Pipeline("p", output: "${s.count}") {
                    Step("s", uses: "split", with: ["text": .string(text), "into": .string(unit)])
                }
                do { _ = try await PipelineRunner(model: ScriptedModel()).run(pipeline) } catch {
                    #expect("\(error)".contains(part), "\(error)")
                    throw error
                }
            }
        }
    }
}
