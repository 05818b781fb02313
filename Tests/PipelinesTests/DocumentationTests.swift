// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("The examples in docs/pipelines.md")
struct DocumentationTests {
    /// The YAML in the page, in order.
    static func examples() throws -> [String] {
        let file = ExamplePipelinesTests.folder.deletingLastPathComponent().appendingPathComponent("docs/pipelines.md")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "```yaml\n").dropFirst().map {
            String($0.split(separator: "```")[0])
        }
    }

    @Test("Each gives what the page says")
    func run() async throws {
        let examples = try Self.examples().map { try Pipeline(yaml: $0) }
        try #require(examples.map(\.name) == ["capital", "control", "news", "approval"])
        let runner = PipelineRunner(model: ScriptedModel(replies: ["Paris."]), clock: ManualClock())
        #expect(try await runner.run(examples[0]).output == "Paris.")
        #expect(
            try await runner.run(examples[1]).output == [
                "lengths": [3, 3, 5], "growth": 192, "size": "many", "kind": "a list", "sides": ["left", "right"],
                "failed": true, "note": "risky failed: The text is empty; there is nothing to work on.", "twice": 6,
            ])
        var answering = runner
        answering.answer = { $0.choices.isEmpty ? true : "yes" }
        #expect(try await answering.run(examples[3]).output == "A letter.")
        let writer = FunctionModel { $0.hasPrefix("Tell") ? "The sea is blue. It is cold." : "good" }
        #expect(
            try await PipelineRunner(model: writer).run(examples[2]).output == [
                "news": ["good: The sea is blue.", "good: It is cold."], "count": 2,
            ])
    }
}
