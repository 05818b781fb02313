// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Mistakes in control flow")
struct ControlMistakesTests {
    typealias Case = PipelineValidationTests.Case

    @Test(
        "Each mistake is named with its line, its column and what to do",
        arguments: [
            Case(
                "  - {id: a, uses: note, switch: x}",
                "p.yaml:4:25: Step 1 has both 'uses' and 'switch'. Make two steps of it."),
            Case("  - {switch: x}", "p.yaml:4:5: Step 1 lacks 'cases'. Add 'cases: …'."),
            Case(
                "  - {id: a, uses: note, catch: []}",
                "p.yaml:4:25: Step 1 has 'catch', which does not go with 'uses'. It goes with 'try'."),
            Case(
                "  - {id: f, for_each: 3, steps: []}", "p.yaml:4:5: The loop 'f' has no steps. List some under 'steps'."
            ),
            Case(
                "  - {id: f, for_each: \"${x.value}\", steps: [{id: a, uses: note}]}\n  - {id: x, uses: note, with: {value: \"${a.value}\"}}",
                "p.yaml:4:23: ${x.value} refers to a step that comes later. Move 'x' before 'f'.",
                "p.yaml:5:39: ${a.value} refers to a step that is not seen here: it is inside a loop, or in another branch. Take it out through the 'output' of the loop, or move what needs it inside."
            ),
            Case(
                "  - {id: f, for_each: \"${x.value}\", steps: [{id: a, uses: note}]}\n  - {id: x, uses: note, with: {value: \"${f.count}\"}}",
                "p.yaml:4:23: The steps 'f' and 'x' need each other's outputs. Break the cycle."),
            Case(
                "  - {id: f, for_each: 3, steps: [{id: a, uses: note}]}\n  - {id: x, uses: note, with: {value: \"${a.value}\"}}",
                "p.yaml:5:39: ${a.value} refers to a step that is not seen here: it is inside a loop, or in another branch. Take it out through the 'output' of the loop, or move what needs it inside."
            ),
            Case(
                "  - parallel:\n      - {id: a, uses: note}\n      - {id: b, uses: note, with: {value: \"${a.value}\"}}",
                "p.yaml:6:43: ${a.value} refers to a step that is not seen here: it is inside a loop, or in another branch. Take it out through the 'output' of the loop, or move what needs it inside."
            ),
            Case(
                "  - {id: x, uses: note, with: {value: \"${item}\"}}",
                "p.yaml:4:39: ${item} names no step. Known: inputs."),
            Case(
                "  - {id: x, uses: note}\n  - {id: y, uses: note, with: {value: \"${x}\"}}",
                "p.yaml:5:39: ${x} names a whole step, not what it gives. Write '${x.value}'."),
            Case(
                "  - {id: x, uses: note, when: 'inputs.y > 3 and z.value'}",
                "p.yaml:4:31: ${inputs.y} names no input of the pipeline. Did you mean 'x'?",
                "p.yaml:4:31: ${z.value} names no step. Known: inputs."),
            Case(
                "  - {id: x, uses: note, when: 'inputs.x >'}",
                "p.yaml:4:31: The expression 'inputs.x >' cannot be read: line 1, column 11: unexpected ')'"),
            Case(
                "  - {id: x, uses: note, when: '[1, 2] | random'}",
                "p.yaml:4:31: The expression '[1, 2] | random' cannot be read: line 1, column 10: 'random' would give another value each time."
            ),
            Case(
                "  - {id: x, uses: note, when: false}",
                "p.yaml:4:31: The step 'x' never runs: its condition is always false. Remove it, or its condition."),
            Case(
                "  - {when: 1 < 2, steps: [{id: x, uses: note}], else: [{id: y, uses: note}]}",
                "p.yaml:4:56: The step 'y' never runs: the condition before 'else' is always true. Remove it, or the condition."
            ),
            Case(
                "  - {switch: a, cases: {a: [{id: x, uses: note}], b: [{id: y, uses: note}]}}",
                "p.yaml:4:51: The case 'b' never runs: the value is always 'a'. Switch on a reference such as '${step.output}'."
            ),
            Case(
                "  - {id: stop, fail: never}\n  - {id: y, uses: note}",
                "p.yaml:5:5: The step 'y' never runs: 'stop' before it always fails. Give 'stop' a condition, or remove the step."
            ),
            Case(
                "  - {id: w, while: true, limit: 3, steps: [{id: x, uses: note}]}",
                "p.yaml:4:20: The loop 'w' always fails at its limit: the condition is always true. Let the condition depend on 'last' or 'index', or add 'at_limit: stop'."
            ),
            Case(
                "  - {id: w, while: 'index < 3', steps: [{id: x, uses: note}]}",
                "p.yaml:4:5: Step 1 lacks 'limit'. Add 'limit: …'."),
            Case(
                "  - {id: x, uses: note, retry: {attempts: 0}}\n  - {id: y, uses: note, retry: {atempts: 2}}",
                "p.yaml:4:5: The retries of 'x' are out of range. Attempts are from 1 to 1000, the factor from 1 to 100, the jitter from 0 to 1.",
                "p.yaml:5:33: 'retry' has the unknown key 'atempts'. Did you mean 'attempts'?"),
            Case(
                "  - {id: x, uses: note, timeout: soon}\n  - {id: y, uses: note, timeout: 0s}",
                "p.yaml:4:34: 'timeout' must be a length of time such as 500ms, 30s, 5m, 2h or 1d, but is of type string. Write it as 'timeout: 30s'.",
                "p.yaml:5:5: The timeout of 'y' must be longer than 0. Write a time such as 'timeout: 30s', or leave it out."
            ),
            Case(
                "  - {id: f, for_each: words, steps: [{id: a, uses: note}]}\n  - {id: g, for_each: [], steps: [{id: b, uses: note}]}",
                "p.yaml:4:23: 'for_each' takes an array or a number, not string. Write a list, how many times, or a reference such as '${inputs.pages}'.",
                "p.yaml:5:23: The steps of 'g' never run: there are no elements. Give the loop elements, or remove it."),
            Case(
                "  - {id: f, for_each: 2, concurrency: 0, steps: [{id: a, uses: note}]}\n  - {id: g, for_each: 2, concurrency: many, steps: [{id: b, uses: note}]}",
                "p.yaml:4:5: The concurrency is 0; it must be from 1 to 10000. Leave it out for one turn at a time.",
                "p.yaml:5:39: 'concurrency' must be a whole number, but is of type string. Write it as 'concurrency: 4'."
            ),
            Case(
                "  - {id: w, while: false, limit: 0, steps: [{id: a, uses: note}]}",
                "p.yaml:4:5: The limit is 0; it must be from 1 to 1000000. Write how many turns are enough, such as 'limit: 20'.",
                "p.yaml:4:20: The steps of 'w' never run: the condition is always false. Let it depend on 'last' or 'index', or remove the loop."
            ),
            Case(
                "  - {id: p, parallel: [{id: a, uses: note}], concurrency: 0}\n  - {id: c, wait_for: Well?, choices: 1}",
                "p.yaml:4:5: The concurrency is 0; it must be 1 or more. Leave it out to run all branches at once.",
                "p.yaml:5:39: 'choices' must be a list of texts, but is of type integer. Write it as 'choices: [yes, no]'."
            ),
            Case(
                "  - {uses: note, id: 3, breakpoint: 1}",
                "p.yaml:4:22: 'id' must be a text, but is of type integer. Write it as 'id: \"3\"'.",
                "p.yaml:4:37: 'breakpoint' must be true or false, but is of type integer. Write it as 'breakpoint: true'."
            ),
            Case(
                "  - {id: c, call: other.yaml}",
                "p.yaml:4:19: The pipeline 'other.yaml' cannot be read. Paths start at the folder of the first file."),
            Case(
                "  - {id: c, call: ../other.yaml}",
                "p.yaml:4:19: '../other.yaml' is outside the pipeline's folder. Move it into it."),
            Case(
                "  - {id: c, call: other}",
                "p.yaml:4:19: There is no pipeline 'other' under 'pipelines'. None are known. A file's name ends in .yaml."
            ),
            Case(
                "  - {id: c, call: {pipeline: q, inputs: {n: {type: integer}}, steps: [{id: x, uses: note}], output: 1}, with: {m: 1, n: x}}",
                "p.yaml:4:112: The pipeline 'q' has no input 'm'. Did you mean 'n'?",
                "p.yaml:4:121: 'n' must be of type integer, but is string."),
            Case(
                "  - {id: x, uses: note, with: {text: \"${{ 1 + }}\"}}",
                "p.yaml:4:38: The expression ' 1 + ' cannot be read: line 1, column 6: unexpected ')'"),
        ])
    func issues(_ mistake: Case) throws {
        let error = try #require(throws: InvalidPipelineError.self) {
            try TestRun().pipeline(mistake.yaml, output: "1")
        }
        #expect(error.issues.map(\.description) == mistake.issues)
    }

    @Test("Pipelines in other files are called, with the places of their own mistakes")
    func files() async throws {
        let run = TestRun()
        let files = ["sub.yaml": "pipeline: s\nsteps: [{id: a, uses: note, with: {value: 5}}]\noutput: \"${a.value}\""]
        let steps = "  - {id: c, call: sub.yaml}\n  - {id: d, call: sub.yaml}"
        let pipeline = try run.pipeline(steps, output: "\"${{ c.output + d.output }}\"", files: files)
        #expect(try await run.run(pipeline) == 10)
        #expect(pipeline.included == files && run.deeds.all == ["c.a", "d.a"])
        let error = try #require(throws: InvalidPipelineError.self) {
            try run.pipeline(steps, output: "1", files: ["sub.yaml": "pipeline: s\nsteps: [{uses: nte}]\noutput: 1"])
        }
        #expect(error.issues.map(\.description) == ["sub.yaml:2:16: There is no step 'nte'. Did you mean 'note'?"])
    }

    @Test("Pipelines that call each other without end are refused")
    func cycles() throws {
        let files = [
            "a.yaml": "pipeline: a\nsteps: [{id: c, call: b.yaml}]\noutput: 1",
            "b.yaml": "pipeline: b\nsteps: [{id: c, call: a.yaml}]\noutput: 1",
        ]
        let error = try #require(throws: InvalidPipelineError.self) {
            try TestRun().pipeline("  - {id: c, call: a.yaml}", output: "1", files: files)
        }
        #expect(
            error.issues.map(\.description) == [
                "b.yaml:2:23: The pipeline 'a.yaml' calls itself without end, through 'a.yaml' and 'b.yaml'. Break the cycle; a loop is 'while'."
            ])
    }

    @Test("Pipelines that call two others each, many levels deep, are read once each")
    func manyCalls() throws {
        let yaml = (0..<40).map { level in
            "  p\(level): {pipeline: p\(level), steps: [{id: a, call: p\(level + 1)}, {id: b, call: p\(level + 1)}], output: 1}"
        }
        let text =
            "pipeline: p\npipelines:\n\(yaml.joined(separator: "\n"))\n  p40: {pipeline: p40, steps: [{uses: note}], output: 1}\nsteps: [{id: a, call: p0}]\noutput: 1"
        #expect(try Pipeline(yaml: text, registry: TestRun().registry).name == "p")
    }

    @Test("No mutation of a pipeline's text ends the program")
    func fuzz() throws {
        let run = TestRun()
        var random = SplitMix(seed: 5)
        let alphabet = Array("{}[]:-,\"'$ \n#&*|>%abcx0123.é".utf8)
        for shape in PipelineShape.all {
            let text = Array(
                "pipeline: p\ninputs: {x: {type: any, default: 1}}\nsteps:\n\(shape.steps)\noutput: \(shape.output)"
                    .utf8)
            for _ in 0..<60 {
                var bytes = text
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bytes.remove(at: place)
                    case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 32, at: place)
                    default: bytes[place] = alphabet.randomElement(using: &random) ?? 32
                    }
                }
                do {
                    _ = try Pipeline(yaml: String(decoding: bytes, as: UTF8.self), registry: run.registry)
                } catch let error as InvalidPipelineError {
                    #expect(!error.issues.isEmpty && error.issues.allSatisfy { $0.place != nil })
                }
            }
        }
    }
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { self.state = seed }
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
