// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeProtocol
import LLMCore
import ModelBackends
import OpenAutoGLMTesting
import Pipelines
import PluginHost
import ServingCore
import Testing

@Suite("Pipelines and plugins in the repository")
struct PipelineModelTests {
    private static let mirror = """
        pipeline: mirror
        inputs:
          text: {type: string}
          count: {type: integer, default: 2}
          ratio: {type: number, default: 0.5}
          flag: {type: boolean, default: true}
          tags: {type: array, default: [a]}
        steps:
          - id: result
            uses: output
            with:
              value:
                said: "You said ${inputs.text}"
                count: "${inputs.count}"
                ratio: "${inputs.ratio}"
                flag: "${inputs.flag}"
                tags: "${inputs.tags}"
                all: {tags: "${inputs.tags}", count: "${inputs.count}"}
        """

    private static func folder(_ name: String, _ yaml: String, _ configuration: String? = nil) throws
        -> RepositoryFolder
    {
        let folder = RepositoryFolder()
        try folder.write(name, configuration ?? "")
        if configuration == nil { try folder.remove("\(name)/config.pbtxt") }
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)/1/pipeline.yaml"))
        return folder
    }

    private static func backend(_ replies: [ScriptedModel.Reply] = []) -> PipelineBackend {
        let model = ScriptedModel(replies: replies)
        return PipelineBackend(
            read: { try Pipeline(yaml: String(contentsOf: URL(fileURLWithPath: $0), encoding: .utf8), file: $0) },
            runner: { PipelineRunner(model: model) })
    }

    @Test("Inputs and outputs are tensors of the types that the pipeline declares")
    func types() async throws {
        let folder = try Self.folder("mirror", Self.mirror)
        try await Models.withRepository(folder, backends: [Self.backend()]) { repository in
            try await repository.load("mirror")
            let configuration = try repository.model(named: "mirror").configuration
            #expect(configuration.platform == "autoglm_pipeline")
            #expect(configuration.inputs.map(\.datatype) == [.bytes, .int64, .fp64, .bool, .bytes])
            #expect(configuration.inputs.map(\.isOptional) == [false, true, true, true, true])
            #expect(configuration.outputs.map(\.name) == ["said", "count", "ratio", "flag", "tags", "all"])
            #expect(configuration.outputs.map(\.datatype) == [.bytes, .int64, .fp64, .bool, .bytes, .bytes])
            let text = try KServeTensor("text", shape: [1], strings: ["héllo"])
            let usual = try await repository.infer(InferenceRequest(model: "mirror", inputs: [text])).outputs
            #expect(try usual[0].strings() == ["You said héllo"])
            #expect(try usual[1].values(as: Int64.self) == [2])
            #expect(try usual[2].values(as: Double.self) == [0.5])
            #expect(try usual[3].values(as: Bool.self) == [true])
            #expect(try usual[4].strings() == ["[\"a\"]"])
            #expect(try JSONValue(parsing: usual[5].strings()[0]) == ["tags": ["a"], "count": 2])
            let given = try await repository.infer(
                InferenceRequest(
                    model: "mirror",
                    inputs: [
                        text, try KServeTensor("count", shape: [1], values: [-7 as Int64]),
                        try KServeTensor("ratio", shape: [1], values: [3.0]),
                        try KServeTensor("flag", shape: [1], values: [false]),
                        try KServeTensor("tags", shape: [1], strings: ["[1, {\"x\": null}]"]),
                    ])
            ).outputs
            #expect(try given[1].values(as: Int64.self) == [-7])
            #expect(try given[2].values(as: Double.self) == [3])
            #expect(try given[3].values(as: Bool.self) == [false])
            #expect(try JSONValue(parsing: given[4].strings()[0]) == [1, ["x": nil]])
        }
    }

    @Test("A configuration may choose among the tensors, and other types of numbers")
    func configured() async throws {
        let folder = try Self.folder(
            "mirror", Self.mirror,
            """
            backend: "pipeline"
            input [ { name: "text" data_type: TYPE_STRING dims: [ 1 ] }, { name: "count" data_type: TYPE_INT32 dims: [ 1 ] optional: true } ]
            output [ { name: "ratio" data_type: TYPE_FP32 dims: [ 1 ] } ]
            """)
        try await Models.withRepository(folder, backends: [Self.backend()]) { repository in
            try await repository.load("mirror")
            let request = InferenceRequest(
                model: "mirror",
                inputs: [
                    try KServeTensor("text", shape: [1], strings: ["x"]),
                    try KServeTensor("count", shape: [1], values: [4 as Int32]),
                ])
            let outputs = try await repository.infer(request).outputs
            #expect(try outputs.map { try $0.values(as: Float.self) } == [[0.5]])
        }
    }

    @Test(
        "What does not fit is refused when it is loaded",
        arguments: [
            (Self.mirror, "max_batch_size: 4", "max_batch_size must be 0"),
            (Self.mirror, "input { name: \"txt\" data_type: TYPE_STRING dims: [ 1 ] }", "Did you mean 'text'?"),
            (Self.mirror, "input { name: \"text\" data_type: TYPE_INT64 dims: [ 1 ] }", "a single string"),
            (Self.mirror, "input { name: \"text\" data_type: TYPE_STRING dims: [ -1 ] }", "a single string"),
            (Self.mirror, "input { name: \"count\" data_type: TYPE_INT64 dims: [ 1 ] }", "'text' must be given"),
            ("pipeline: broken\nsteps:\n  - {id: a, uses: outptu}\n", "", "output"),
            ("- nothing", "", "pipeline.yaml"),
        ])
    func refused(yaml: String, configuration: String, reason: String) async throws {
        let folder = try Self.folder("mirror", yaml, "backend: \"pipeline\"\n" + configuration)
        try await Models.withRepository(folder, backends: [Self.backend()]) { repository in
            let error = await #expect(throws: ServingError.self) { try await repository.load("mirror") }
            #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        }
    }

    @Test("Errors of inputs, steps and models are the protocol's own")
    func errors() async throws {
        let yaml = """
            pipeline: ask
            inputs: {text: {type: string}, tags: {type: array, default: []}}
            steps:
              - {id: answer, uses: generate, with: {prompt: "${inputs.text}"}}
            output: "${answer.text}"
            """
        let folder = try Self.folder("ask", yaml)
        let backend = Self.backend([
            .failure(LLMError(.overloaded, "full")), .failure(LLMError(.backendFailed, "broken")), "Paris",
        ])
        try await Models.withRepository(folder, backends: [backend]) { repository in
            try await repository.load("ask")
            func ask(_ tags: String) async throws -> [KServeTensor] {
                try await repository.infer(
                    InferenceRequest(
                        model: "ask",
                        inputs: [
                            try KServeTensor("text", shape: [1], strings: ["?"]),
                            try KServeTensor("tags", shape: [1], strings: [tags]),
                        ])
                ).outputs
            }
            for (tags, code) in [
                ("{", ServingError.Code.invalidArgument), ("{}", .invalidArgument), ("[]", .unavailable),
                ("[]", .backendFailed),
            ] {
                let error = await #expect(throws: ServingError.self) { try await ask(tags) }
                #expect(error?.code == code, "\(tags): \(error?.message ?? "")")
            }
            #expect(try await ask("[]").map { try $0.strings() } == [["Paris"]])
            let statistics = try repository.model(named: "ask").statistics.snapshot
            #expect(statistics.inferences == 1)
        }
    }

    @Test("A pipeline from a text to a text is a language model to chats")
    func chat() async throws {
        let yaml = """
            pipeline: echo
            inputs: {text: {type: string}, loud: {type: boolean, default: false}}
            steps:
              - {id: answer, uses: generate, with: {prompt: "Say ${inputs.text}"}}
            output: "${answer.text}"
            """
        let folder = try Self.folder("echo", yaml)
        try folder.write("mirror", "")
        try folder.remove("mirror/config.pbtxt")
        try Data(Self.mirror.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/mirror/1/pipeline.yaml"))
        let backend = Self.backend(["Good morning", .failure(LLMError(.overloaded, "full"))])
        try await Models.withRepository(folder, backends: [backend]) { repository in
            #expect(RepositoryTextModel("echo", in: repository) == nil)
            try await repository.load("echo")
            try await repository.load("mirror")
            #expect(RepositoryTextModel.names(in: repository) == ["echo"])
            let model = try #require(RepositoryTextModel("echo", in: repository))
            let request = GenerationRequest(prompt: .messages([.system("Be kind."), .user("morning")]))
            let answer = try await model.generate(request).response()
            #expect(answer.text == "Good morning")
            #expect(answer.summary.finishReason == .stop)
            let error = await #expect(throws: LLMError.self) { try await model.generate(request) }
            #expect(error?.code == .unavailable)
            var tools = request
            tools.topLogProbabilities = 1
            let refusal = await #expect(throws: LLMError.self) { try await model.generate(tools) }
            #expect(refusal?.code == .unsupported)
        }
    }

    @Test("A plugin's step is a model, and its errors are those of the model")
    func plugin() async throws {
        let folder = RepositoryFolder()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/.build", withIntermediateDirectories: true)
        let build = Process()
        build.executableURL = URL(fileURLWithPath: "/bin/bash")
        build.arguments = [
            root.appendingPathComponent("Examples/Plugins/word-count/build.sh").path, "\(folder.path)/.build",
        ]
        try build.run()
        build.waitUntilExit()
        try #require(build.terminationStatus == 0)
        try FileManager.default.createDirectory(atPath: "\(folder.path)/words", withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: "\(folder.path)/.build/word-count", toPath: "\(folder.path)/words/1")
        try await Models.withRepository(folder, backends: [PluginBackend()]) { repository in
            try await repository.load("words")
            #expect(try repository.model(named: "words").configuration.platform == "autoglm_plugin")
            func count(_ text: String) async throws -> [Int64] {
                try await repository.infer(
                    InferenceRequest(model: "words", inputs: [try KServeTensor("text", shape: [1], strings: [text])])
                ).outputs[0].values()
            }
            #expect(try await count("three small words") == [3])
            let error = await #expect(throws: ServingError.self) { try await count("") }
            #expect(error?.code == .backendFailed)
            #expect(try await count("one") == [1])
            // A library that has been changed is refused, and the one that serves goes on.
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder.path)/words/1/libword_count.so"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data([0]))
            try handle.close()
            await #expect(throws: ServingError.self) { try await repository.load("words") }
            #expect(try await count("one more") == [2])
        }
    }
}
