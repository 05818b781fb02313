// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Pipelines on configured models")
struct ConfiguredModelsTests {
    private let files: TemporaryFiles

    init() throws {
        self.files = try TemporaryFiles([
            "autoglm.yaml": """
            models:
              first: smollm2
              second: {backend: local, model: smollm2, concurrency: {limit: 1, queue: 9}}
              far: {backend: openai, model: x, url: "http://127.0.0.1:1/v1"}
            """,
            "ask.yaml": Self.pipeline("second"), "wrong.yaml": Self.pipeline("secnd"),
            "embed.yaml": """
            pipeline: embed
            steps: [{id: e, uses: embed, with: {texts: [x], model: farr}}]
            output: "${e.dimensions}"
            """,
        ])
    }

    private static func pipeline(_ model: String) -> String {
        """
        pipeline: ask
        steps:
          - {id: a, uses: generate, with: {prompt: Hello, max_tokens: 1, model: \(model)}}
          - {id: b, uses: generate, with: {prompt: Hello, max_tokens: 1}}
        output: {asked: "${a.tokens}", own: "${b.tokens}"}
        """
    }

    private func run(_ words: [String], config: Bool = true) async throws -> Program.Outcome {
        try await Program.run(
            words + (config ? ["--config", self.files.path("autoglm.yaml")] : []),
            environment: ["XDG_STATE_HOME": self.files.folder])
    }

    @Test("A run asks the file's first model, or the one that --model or a step names")
    func asks() async throws {
        for more in [[], ["--model", "second"], ["--no-store"]] {
            let outcome = try await self.run(["run", self.files.path("ask.yaml"), "--output", "json"] + more)
            #expect(try outcome.json()["output"] == ["asked": 1, "own": 1], "\(outcome.errors)")
        }
        let shown = try await self.run(["run", self.files.path("ask.yaml"), "--model", "secnd"])
        #expect(shown.status == 1 && shown.errors.contains("Did you mean 'second'?"), "\(shown.errors)")
        let both = try await self.run(["run", self.files.path("ask.yaml"), "--backend", "openai"])
        #expect(both.status == 64 && both.errors.contains("leave out --backend"))
    }

    @Test("A model that the file does not have is an error with its place, before anything runs or is stored")
    func unknown() async throws {
        let wrong = self.files.path("wrong.yaml")
        for words in [
            ["run", wrong], ["run", wrong, "--enqueue"], ["run", wrong, "--dry-run"], ["pipeline", "validate", wrong],
        ] {
            let outcome = try await self.run(words)
            let said = outcome.errors + outcome.text
            #expect(outcome.status == 1, "\(words)")
            #expect(said.contains("wrong.yaml:3:73: 'model' cannot be 'secnd'. Did you mean 'second'?"), "\(said)")
        }
        #expect(try await self.run(["runs", "list"], config: false).output.isEmpty)
        // Without a file there is one model; whether a worker has others is not known here.
        let alone = try await self.run(["run", self.files.path("ask.yaml")], config: false)
        #expect(alone.status == 1 && alone.errors.contains("'model' cannot be 'second'"), "\(alone.errors)")
        #expect(try await self.run(["pipeline", "validate", self.files.path("ask.yaml")], config: false).status == 0)
        let embed = try await self.run(["pipeline", "validate", self.files.path("embed.yaml")])
        #expect(embed.text.contains("There is no embedding model 'farr'") && embed.text.contains("Did you mean 'far'?"))
    }

    @Test("A worker with the file does what names its models, and one without says what is missing")
    func worker() async throws {
        let line = try await self.run(["run", self.files.path("ask.yaml"), "--enqueue"], config: false)
        let name = line.text.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try await self.run(["worker", "--until-empty"], config: false).status == 0)
        let failed = try await self.run(["runs", "show", name, "--output", "json"], config: false).json()
        #expect(failed["state"] == "failed")
        #expect(failed["error"]?["message"]?.stringValue?.contains("There is no model 'second'") == true)
        #expect(try await self.run(["runs", "retry", name], config: false).status == 0)
        #expect(try await self.run(["worker", "--until-empty"]).status == 0)
        let done = try await self.run(["runs", "show", name, "--output", "json"], config: false).json()
        #expect(done["output"] == ["asked": 1, "own": 1], "\(done)")
        let replay = try await self.run(["runs", "replay", name, "--plugins", self.files.folder], config: false)
        #expect(replay.status == 0 && replay.text.contains("the same"), "\(replay.errors)")
    }

    @Test("The schema for editors has the models' names")
    func schema() async throws {
        let schema = try await self.run(["pipeline", "schema", "--plugins", self.files.folder])
        #expect(schema.status == 0 && schema.text.contains("\"second\""))
    }

    @Test("Secrets that are not written as they must be are refused without being shown")
    func secrets() async throws {
        for setting in ["api.example=hunter2", "hunter2"] {
            let outcome = try await Program.run(["steps"], environment: ["AUTOGLM_SECRETS": setting])
            #expect(outcome.status == 64 && outcome.errors.contains("AUTOGLM_SECRETS must be of the form"))
            #expect(!outcome.errors.contains("hunter2"))
        }
    }
}
