// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("The example pipelines")
struct ExamplePipelinesTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Examples")

    static func pipeline(_ name: String) throws -> Pipeline {
        let yaml = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        return try Pipeline(yaml: yaml, file: name)
    }

    @Test("The task flow answers a question")
    func taskFlow() async throws {
        let model = ScriptedModel(replies: ["Paris."])
        let result = try await PipelineRunner(model: model).run(Self.pipeline("task-flow.yaml"))
        #expect(result.output["task"] == "question-answering")
        #expect(result.output["decided_by"] == "rule")
        #expect(result.output["answer"] == "Paris.")
    }

    @Test("The extraction gives JSON by its schema")
    func extraction() async throws {
        let model = ScriptedModel(replies: [#" {"name": "Maria Lopez", "email": "maria@lopez.org", "city": "Madrid"}"#])
        let result = try await PipelineRunner(model: model).run(Self.pipeline("extract-contact.yaml"))
        #expect(result.output == ["name": "Maria Lopez", "email": "maria@lopez.org", "city": "Madrid"])
        guard case .raw(let prompt) = try #require(model.requests.first).prompt else {
            Issue.record("The prompt is of another kind.")
            return
        }
        #expect(prompt.hasSuffix("I live in Madrid.\nJSON:"))
    }

    @Test("The classification gives a label with its probability")
    func classification() async throws {
        let model = ScriptedModel(scores: { _ in [-4, -1] })
        let result = try await PipelineRunner(model: model).run(Self.pipeline("classify-review.yaml"))
        #expect(result.output["sentiment"] == "negative")
        #expect(try #require(result.output["confidence"]?.numberValue) > 0.9)
    }

    @Test(
        "The Chinese prompt renders as a file and out of the library",
        arguments: [
            ("template_file", "prompts/introduce-topic.zh.jinja"), ("library", "introduce-topic"),
            ("library", "introduce-topic@^1.0"),
        ])
    func chinesePrompt(input: String, name: String) async throws {
        let pipeline = try Pipeline(
            name: "p",
            steps: [
                StepDeclaration(
                    "prompt", uses: "prompt",
                    with: [
                        input: .string(name),
                        "variables": ["topic": "发展历程", "points": ["图灵测试", "深度学习"]],
                    ])
            ], output: "${prompt.text}")
        let result = try await PipelineRunner(model: ScriptedModel(), baseFolder: Self.folder.path).run(pipeline)
        #expect(result.output == "请简要介绍人工智能：发展历程。\n\n请务必提到：\n1. 图灵测试\n2. 深度学习")
    }
}
