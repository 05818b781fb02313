// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Models that steps name")
struct NamedModelsTests {
    private static let registry = StepRegistry.standard.offering(models: ["small", "large"])

    private static func pipeline(_ steps: String, output: String) throws -> Pipeline {
        try Pipeline(yaml: "pipeline: p\nsteps:\n\(steps)\noutput: \(output)", file: "p.yaml", registry: Self.registry)
    }

    /// Runs a pipeline on models of which each answers with its name.
    private static func run(_ pipeline: Pipeline, own: ScriptedModel, large: ScriptedModel) async throws -> JSONValue {
        var runner = PipelineRunner(model: own)
        runner.models = { name in
            guard name == "large" else { throw LLMError(.unknownModel, "There is no model '\(name)'.") }
            return large
        }
        return try await runner.run(pipeline).output
    }

    @Test("A step asks the model that it names, others the run's own; what reads an answer asks its model again")
    func asks() async throws {
        let steps = """
              - {id: a, uses: generate, with: {prompt: Who?}}
              - {id: b, uses: generate, with: {prompt: Who?, model: large}}
              - {id: c, uses: generate, with: {prompt: Who?, model: "${b.text}"}}
              - {id: d, uses: generate, with: {prompt: List., model: large}}
              - {id: e, uses: parse, with: {text: "${d.text}", as: json, schema: {type: array}, attempts: 2}}
            """
        let pipeline = try Self.pipeline(steps, output: #"["${a.text}", "${b.text}", "${c.text}", "${e.value}"]"#)
        let own = ScriptedModel(replies: ["own"], name: "own")
        let large = ScriptedModel(replies: ["large", "large again", "no list", "[1]"], name: "large")
        let output = try await Self.run(pipeline, own: own, large: large)
        #expect(output == ["own", "large", "large again", [1]])
    }

    @Test(
        "A name that no model has is told with its place before anything runs",
        arguments: [
            (
                "{uses: generate, with: {prompt: x, model: larg}}",
                "3:47: 'model' cannot be 'larg'. Did you mean 'large'?"
            ),
            (
                "{uses: classify, with: {text: x, choices: [a, b], model: tiny}}",
                "'model' cannot be 'tiny'. Known: large, small."
            ),
            ("{uses: route, with: {text: x, model: lrge}}", "Did you mean 'large'?"),
            (
                "{uses: chat, with: {prompt: x, tools: [{uses: summarise, with: {model: smal}}]}}",
                "There is no model 'smal'. Did you mean 'small'?"
            ),
        ])
    func unknown(step: String, words: String) throws {
        let error = try #require(throws: InvalidPipelineError.self) {
            try Self.pipeline("  - \(step)", output: "1")
        }
        #expect(error.message.hasPrefix("p.yaml:3:") && error.message.contains(words), "\(error.message)")
    }

    @Test("A name that only a run knows is refused where the step asks")
    func late() async throws {
        let pipeline = try Self.pipeline(
            "  - {id: n, uses: input, with: {text: huge}}\n  - {id: a, uses: generate, with: {prompt: x, model: \"${n.text}\"}}",
            output: "\"${a.text}\"")
        let error = await #expect(throws: PipelineError.self) {
            try await Self.run(pipeline, own: ScriptedModel(replies: ["x"]), large: ScriptedModel(replies: ["x"]))
        }
        #expect("\(try #require(error))".contains("'model' cannot be 'huge'"))
    }

    @Test("Where names are not known, the run's own model is found by its name, and no other")
    func single() async throws {
        let yaml = "pipeline: p\nsteps: [{id: a, uses: generate, with: {prompt: x, model: %}}]\noutput: \"${a.text}\""
        for (name, expected) in [("own", "yes"), ("other", nil)] as [(String, JSONValue?)] {
            let pipeline = try Pipeline(yaml: yaml.replacing("%", with: name))
            let output = try? await PipelineRunner(model: ScriptedModel(replies: ["yes"], name: "own")).run(pipeline)
            #expect(output?.output == expected)
        }
    }

    @Test("A tool asks the model that it is set to, whatever the chat's own")
    func tools() async throws {
        let steps = """
              - id: c
                uses: chat
                with: {prompt: Sum up., model: large, tools: [{uses: generate, name: ask, with: {model: small}}]}
            """
        let pipeline = try Self.pipeline(steps, output: "\"${c.calls}\"")
        let chat = ScriptedModel(
            replies: [.calls([ToolCall(id: "1", name: "ask", arguments: ["prompt": "x"])]), "done"],
            capabilities: .tools)
        let small = ScriptedModel(replies: ["from the small one"])
        var runner = PipelineRunner(model: ScriptedModel(replies: []))
        runner.models = { $0 == "large" ? chat : small }
        let calls = try await runner.run(pipeline).output
        #expect(calls.serialized().contains("from the small one"))
        // The model that chats is not asked to choose a model.
        #expect(!calls.serialized().contains("\"model\""))
    }
}
