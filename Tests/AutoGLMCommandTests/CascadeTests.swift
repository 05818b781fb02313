// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Cascades from the command line", .timeLimit(.minutes(20)))
struct CascadeTests {
    /// Two models of sample dialogues, the first one smaller and half taught.
    private func models(_ files: TemporaryFiles) async throws -> [String] {
        let data = files.path("data")
        #expect(try await Program.run(["train", "sample", "--out", data, "--dialogues", "400"]).status == 0)
        let shapes = [("small", ["--width", "8", "--epochs", "1"]), ("large", ["--width", "32", "--epochs", "3"])]
        for (name, shape) in shapes {
            let outcome = try await Program.run(
                [
                    "train", "intent", "--data", data, "--out", files.path(name), "--turns", "2", "--heads", "2",
                    "--feed-forward", "64", "--rate", "0.01", "--vocabulary-size", "300", "--threads", "1",
                ] + shape)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        return ["--model", files.path("small"), "--model", files.path("large"), "--threads", "1"]
    }

    @Test("A cascade is judged with a table, JSON, records and a picture, fitted, and used in a pipeline")
    func wholeWay() async throws {
        let files = try TemporaryFiles()
        let models = try await self.models(files)
        let data = ["--data", files.path("data/test.jsonl"), "--splits", "20"]
        let judged = try await Program.run(
            ["evaluate", "cascade"] + models + data + [
                "--output", "json", "--records", files.path("records.jsonl"), "--drawing", files.path("frontier.svg"),
                "--latency",
            ])
        #expect(judged.status == 0, "\(judged.errors)")
        let json = try judged.json()
        let alone = (json["accuracy_alone"]?.arrayValue ?? []).compactMap(\.numberValue)
        #expect(alone.count == 2 && alone[1] > alone[0] && json["splits"] == 20, "\(alone)")
        #expect(json["cascade_accuracy_drop"]?.numberValue ?? 1 < 0.05 && json["cascade_cost"]?.numberValue ?? 2 < 1.5)
        #expect(json["latency_cascade"]?["mean_ms"]?.numberValue ?? 0 > 0)
        #expect(json["ledger"]?["deciders"]?[files.path("small")]?["asked"] == json["ledger"]?["decisions"])
        let picture = try String(contentsOfFile: files.path("frontier.svg"), encoding: .utf8)
        #expect(picture.hasPrefix("<svg") && picture.contains("always large"))
        let text = try await Program.run(["evaluate", "cascade"] + models + data).text
        #expect(text.contains("adaptive") && text.contains("always small") && text.contains("kept in"), "\(text)")

        let recorded = try await Program.run(
            ["evaluate", "cascade", "--from", files.path("records.jsonl"), "--splits", "5", "--output", "json"])
        #expect(try recorded.json()["examples"] == json["examples"], "\(recorded.errors)")

        let scored = try await Program.run(
            ["train", "cascade", "--from", files.path("records.jsonl"), "--error-rate", "0.3", "--output", "json"])
        #expect(try scored.json()["scores"]?.arrayValue?.count == 1, "\(scored.errors)")

        let fitted = try await Program.run(
            ["train", "cascade"] + models + [
                "--data", files.path("data/dev.jsonl"), "--out", files.path("cascade.json"), "--output", "json",
                "--error-rate", "0.3",
            ])
        #expect(try fitted.json()["accuracy"]?.numberValue ?? 0 > 0.7, "\(fitted.errors)")
        let pipeline = """
            pipeline: talk
            steps:
              - id: intent
                uses: cascade
                with: {plan: \(files.path("cascade.json")), text: "Play some jazz"}
            output: "${intent.intent}"
            """
        try pipeline.write(toFile: files.path("talk.yaml"), atomically: true, encoding: .utf8)
        let run = try await Program.run(["run", files.path("talk.yaml"), "--output", "json"])
        #expect(try run.json()["output"] == "music.find", "\(run.errors)")
        try await self.languageModel(files, models)
        let unreachable = try await Program.run(
            ["train", "cascade"] + models + [
                "--data", files.path("data/dev.jsonl"), "--out", files.path("none.json"), "--error-rate", "0.0001",
            ])
        #expect(unreachable.status == 1 && unreachable.errors.contains("Promise more errors"), "\(unreachable.errors)")
        #expect(!FileManager.default.fileExists(atPath: files.path("none.json")))
    }

    /// A language model of a configuration in the place of the large model.
    private func languageModel(_ files: TemporaryFiles, _ models: [String]) async throws {
        let dialogues = try String(contentsOfFile: files.path("data/dev.jsonl"), encoding: .utf8)
            .split(separator: "\n").prefix(24)
        try files.write(Data(dialogues.joined(separator: "\n").utf8), "few.jsonl")
        try files.write(Data("models: {words: smollm2}".utf8), "autoglm.yaml")
        let config = ["--config", files.path("autoglm.yaml")]
        let fitted = try await Program.run(
            ["train", "cascade"] + models.prefix(2) + config + [
                "--model", "ask:words", "--examples", files.path("data/train.jsonl"), "--cost", "ask:words=1e10",
                "--data",
                files.path("few.jsonl"), "--out", files.path("mixed.json"), "--error-rate", "0.7", "--output", "json",
            ])
        let plan = try fitted.json()
        #expect(plan["models"] == [.string(files.path("small")), "ask:words"], "\(fitted.errors)")
        #expect(
            plan["costs"]?.arrayValue?.last?.numberValue == 1e10 && plan["details"]?["ask:words"]?["examples"] != nil)
        let pipeline = """
            pipeline: talk
            steps:
              - {id: intent, uses: cascade, with: {plan: \(files.path("mixed.json")), text: "Play some jazz"}}
            output: "${intent.account}"
            """
        try files.write(Data(pipeline.utf8), "mixed.yaml")
        let run = try await Program.run(["run", files.path("mixed.yaml"), "--output", "json"] + config)
        #expect(try run.json()["output"]?.arrayValue?.first?["model"] == .string(files.path("small")), "\(run.errors)")
    }

    @Test("Command lines and files that make no sense are told")
    func refused() async throws {
        let files = try TemporaryFiles()
        for arguments in [["evaluate", "cascade"], ["evaluate", "cascade", "--model", "a", "--data", "b"]] {
            #expect(try await Program.run(arguments).status == 64)
        }
        #expect(try await Program.run(["train", "cascade", "--model", "a", "--data", "b", "--out", "c"]).status == 64)
        let lacking: [([String], String)] = [
            (["--model", "ask:x", "--model", "a"], "folder of a trained model"),
            (["--model", "a", "--model", "ask:x"], "--config"),
            (["--model", "a", "--model", "ask:x", "--config", "c", "--examples", "d"], "--cost ask:x"),
            (
                ["--model", "a", "--model", "ask:x", "--config", "c", "--examples", "d", "--cost", "ask:x=-1"],
                "above 0"
            ),
        ]
        for (arguments, words) in lacking {
            let told = try await Program.run(["train", "cascade", "--data", "b", "--out", "c"] + arguments)
            #expect(told.status == 64 && told.errors.contains(words), "\(arguments) \(told.errors)")
        }
        try "{\"stages\": [7]}\n".write(toFile: files.path("bad.jsonl"), atomically: true, encoding: .utf8)
        let bad = try await Program.run(["evaluate", "cascade", "--from", files.path("bad.jsonl")])
        #expect(bad.status == 1 && bad.errors.contains("bad.jsonl', line 1"), "\(bad.errors)")
    }
}
