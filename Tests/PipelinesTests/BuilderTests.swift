// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONSchemas
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import SourceDocuments
import Testing

@Suite("Building and drawing pipelines")
struct BuilderTests {
    @Test("A pipeline built in Swift does what the same one in YAML does")
    func sameGraph() async throws {
        let (built, written) = (TestRun(), TestRun())
        let inner = try Pipeline(
            "inner", inputs: [PipelineInput("n", .integer)], output: "${m.value}", registry: built.registry
        ) {
            Step("m", uses: "note", with: ["value": "${{ inputs.n * 2 }}"])
        }
        let pipeline = try Pipeline(
            "p", inputs: [PipelineInput("x", .any)], output: ["${f.results}", "${c.output}", "${w.result}"],
            registry: built.registry
        ) {
            ForEach("${inputs.x}", id: "f", concurrency: 2, output: "${a.value}") {
                Step("a", uses: "note", with: ["value": "${item}"]).retry(RetryPolicy(attempts: 2)).timeout(.seconds(5))
            }
            If("f.count > 1") {
                Step("many", uses: "note")
            } else: {
                Step("few", uses: "note")
            }
            Switch("${f.count}", cases: ["2": [Step("two", uses: "note")]]) { Step("other", uses: "note") }
            Parallel {
                InOrder {
                    Step("l", uses: "note"); Step("m", uses: "note", with: ["value": "${l.value}"])
                }
                Step("r", uses: "note")
            }
            Try {
                Fail("no")
            } catch: {
                Step("k", uses: "note", with: ["value": "${error.message}"])
            }
            Call("c", inner, with: ["n": "${f.count}"])
            While("index < 2", id: "w", limit: 5, output: "${index}") { Step("t", uses: "note") }
        }
        let yaml = """
              - {id: f, for_each: "${inputs.x}", concurrency: 2, output: "${a.value}", steps: [{id: a, uses: note, retry: 2, timeout: 5s, with: {value: "${item}"}}]}
              - {when: f.count > 1, steps: [{id: many, uses: note}], else: [{id: few, uses: note}]}
              - {switch: "${f.count}", cases: {2: [{id: two, uses: note}]}, default: [{id: other, uses: note}]}
              - parallel: {left: [{id: l, uses: note}, {id: m, uses: note, with: {value: "${l.value}"}}], right: [{id: r, uses: note}]}
              - {try: [{fail: no}], catch: [{id: k, uses: note, with: {value: "${error.message}"}}]}
              - {id: c, call: {pipeline: inner, inputs: {n: {type: integer}}, steps: [{id: m, uses: note, with: {value: "${{ inputs.n * 2 }}"}}], output: "${m.value}"}, with: {n: "${f.count}"}}
              - {id: w, while: index < 2, limit: 5, output: "${index}", steps: [{id: t, uses: note}]}
            """
        let same = try written.pipeline(yaml, output: #"["${f.results}", "${c.output}", "${w.result}"]"#)
        let result = try await built.run(pipeline, inputs: ["x": [1, 2]])
        #expect(result == [[1, 2], 4, 1])
        #expect(try await written.run(same, inputs: ["x": [1, 2]]) == result)
        #expect(built.deeds.all.sorted() == written.deeds.all.sorted())
        #expect(pipeline.mermaid == same.mermaid)
        for name in ["many", "w: while index &lt; 2, at most 5", "call inner"] {
            #expect(pipeline.mermaid.contains(name))
        }
        #expect(pipeline.svg == same.svg)
        #expect(pipeline.svg.contains(">w: while index &lt; 2, at most 5</text>"))
    }

    @Test("Mistakes in Swift are told as those in YAML are, with their place")
    func mistakes() throws {
        let line = #line
        let error: InvalidPipelineError
        do {
            _ = try Pipeline("p", output: "${a.vaule}", registry: TestRun().registry) {
                Step("a", uses: "note").when("inputs.x >")
                While("1 +", limit: 3) { Step("b", uses: "note") }
            }
            Issue.record("It was not refused.")
            return
        } catch let refusal as InvalidPipelineError { error = refusal }
        #expect(
            error.issues.map(\.message) == [
                "${a.vaule} names no output of 'note'.",
                "The expression 'inputs.x >' cannot be read: line 1, column 11: unexpected ')'",
                "The expression '1 +' cannot be read: line 1, column 4: unexpected ')'",
            ])
        #expect(error.issues.map { $0.place?.line } == [line + 3, line + 4, line + 5])
        #expect(error.issues.allSatisfy { $0.place?.file == "PipelinesTests/BuilderTests.swift" })
        #expect(error.message.contains("BuilderTests.swift:\(line + 3):"))
    }

    @Test("A try needs no catch: what it ends with is done, and the failure goes on")
    func finally() async throws {
        let run = TestRun()
        let pipeline = try Pipeline("p", output: "${a.value}", registry: run.registry) {
            Try {
                Step("a", uses: "note", with: ["value": 1, "failures": 9])
            } finally: {
                Step("z", uses: "note")
            }
        }
        await #expect(throws: PipelineError.self) { try await run.run(pipeline) }
        #expect(run.deeds.all == ["a", "z"])
    }
}

@Suite("The schema of pipelines")
struct PipelineSchemaTests {
    private static func validator() throws -> JSONSchema { try JSONSchema(PipelineSchema.schema()) }

    private static func json(_ yaml: String) throws -> JSONValue {
        var reader = SourceReader(file: "p.yaml", beginning: "")
        return try reader.read(yaml).json
    }

    @Test("The example pipelines fit it", arguments: ["task-flow", "extract-contact", "classify-review"])
    func examples(name: String) throws {
        let file = ExamplePipelinesTests.folder.appendingPathComponent("\(name).yaml")
        let violations = try Self.validator().validate(Self.json(String(contentsOf: file, encoding: .utf8)))
        #expect(violations.isEmpty)
    }

    @Test(
        "It refuses what the checker refuses",
        arguments: [
            "pipeline: p", "pipeline: p\nsteps: [{uses: nothing}]", "pipeline: p\nsteps: [{uses: generate}]",
            "pipeline: p\nsteps: [{uses: generate, with: {prompt: x, max_tokens: few}}]",
            "pipeline: p\nsteps: [{for_each: 3}]", "pipeline: p\nsteps: [{sleep: soon}]",
            "pipeline: p\nsteps: [{uses: generate, with: {prompt: x}, catch: []}]",
            "pipeline: p\nschedule: {}\nsteps: [{uses: generate, with: {prompt: x}}]",
            "pipeline: p\nschedule: {every: 1h, cron: 0 7 * * *}\nsteps: [{uses: generate, with: {prompt: x}}]",
        ])
    func refusals(yaml: String) throws {
        #expect(try !Self.validator().validate(Self.json(yaml)).isEmpty)
        #expect(throws: InvalidPipelineError.self) { try Pipeline(yaml: yaml) }
    }
}
