// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("Training from the command line", .timeLimit(.minutes(20)))
struct TrainTests {
    private static let small = [
        "--turns", "2", "--width", "32", "--heads", "2", "--feed-forward", "64", "--epochs", "3", "--rate", "0.01",
        "--vocabulary-size", "300", "--threads", "1",
    ]

    /// Sample dialogues, and a model of them in a folder.
    private func train(_ files: TemporaryFiles, _ more: [String] = []) async throws -> Program.Outcome {
        let (data, model) = (files.path("data"), files.path("model"))
        if !FileManager.default.fileExists(atPath: data) {
            #expect(try await Program.run(["train", "sample", "--out", data, "--dialogues", "400"]).status == 0)
        }
        return try await Program.run(["train", "intent", "--data", data, "--out", model] + Self.small + more)
    }

    @Test("Sample dialogues are learnt, judged, and known again in a pipeline; a training that is done stays as it is")
    func wholeWay() async throws {
        let files = try TemporaryFiles()
        let report = try await self.train(files, ["--output", "json"])
        #expect(report.status == 0 && report.errors.contains("Epoch 2: loss"), "\(report.errors)")
        #expect(try report.json()["dev_accuracy"]?.numberValue ?? 0 > 0.9 && report.json()["intents"] == 21)
        let again = try await self.train(files, ["--output", "json"])
        #expect(again.errors.contains("Going on from") && again.text == report.text)
        for file in ["config.json", "model.safetensors", "report.json", "learning-curve.svg", "checkpoint.safetensors"]
        {
            #expect(FileManager.default.fileExists(atPath: files.path("model/\(file)")), "\(file)")
        }
        let model = ["--model", files.path("model"), "--data", files.path("data/test.jsonl")]
        let judged = try await Program.run(["evaluate", "intent"] + model + ["--output", "json"]).json()
        #expect(judged["accuracy"]?.numberValue ?? 0 > 0.9 && judged["unknown_intents"] == 0)
        #expect(judged["ece"]?.numberValue ?? 1 < 0.2 && judged["classes"]?["goodbye"]?["support"] != 0)
        let text = try await Program.run(["evaluate", "intent"] + model).text
        #expect(text.contains("utterances: accuracy") && text.contains("taxi.confirm"))

        let pipeline = """
            pipeline: talk
            version: 1.0.0
            steps:
              - id: intent
                uses: intent
                with:
                  model: \(files.path("model"))
                  text: Yes, please
                  history:
                    - {speaker: user, text: "Play some jazz"}
                    - {speaker: system, text: "How about Paper Moon? Shall I play it?"}
            output: "${intent.intent}"
            """
        try pipeline.write(toFile: files.path("talk.yaml"), atomically: true, encoding: .utf8)
        let run = try await Program.run(["run", files.path("talk.yaml"), "--output", "json"])
        #expect(try run.json()["output"] == "music.confirm", "\(run.errors)")
    }

    @Test("A smaller model that follows is looked for and trained, and both can be versions in the catalogue")
    func student() async throws {
        let files = try TemporaryFiles()
        let catalog = ["--catalog", files.path("catalog.sqlite"), "--artefacts", files.path("artefacts")]
        let teacher = try await self.train(files, ["--register", "talk", "--by", "ines"] + catalog)
        #expect(teacher.status == 0 && teacher.errors.contains("talk:1"), "\(teacher.errors)")
        let shown = try await Program.run(["models", "show", "talk", "--output", "json"] + catalog).json()
        #expect(shown.serialized().contains("sha256:") && shown.serialized().contains("dev_accuracy"), "\(shown)")
        let search = [
            "train", "student", "--teacher", files.path("model"), "--data", files.path("data"), "--out",
            files.path("small"),
            "--keep", "0.5", "--at-most", "50", "--search-epochs", "1", "--epochs", "1", "--vocabulary-size", "300",
            "--threads", "1", "--output", "json",
        ]
        let student = try await Program.run(search)
        #expect(student.status == 0 && student.errors.contains("Trying"), "\(student.errors)")
        #expect(try student.json()["search"]?["candidates"]?.arrayValue?.isEmpty == false)
        #expect(FileManager.default.fileExists(atPath: files.path("small/search.json")))
        let followed = try await self.train(files, ["--soft-labels", "/nowhere", "--restart"])
        #expect(followed.status == 1 && followed.errors.contains("/nowhere"))
        let two = try await self.train(files, ["--soft-labels", "a", "--teacher", "b"])
        #expect(two.status == 64 && two.errors.contains("--soft-labels"))
    }

    @Test("A model whose intents are tasks tells them where no rule is clear; one of other intents is refused")
    func tasks() async throws {
        let requests = [("translation", "Bonjour"), ("generation", "Roses"), ("question-answering", "Moon")]
        let lines = requests.flatMap { task, word in
            (0..<40).map { #"{"text": "\#(word) \#($0 % 7)", "intent": "\#(task)"}"# }
        }.joined(separator: "\n")
        let files = try TemporaryFiles([
            "data/train.jsonl": lines, "data/dev.jsonl": lines,
            "others/train.jsonl": lines.replacing("generation", with: "x"),
            "others/dev.jsonl": lines.replacing("generation", with: "x"),
            "route.yaml": """
            pipeline: route
            version: 1.0.0
            steps: [{id: task, uses: route, with: {text: "Bonjour 3"}}]
            output: "${task.task} by ${task.source}"
            """,
        ])
        for data in ["data", "others"] {
            let model = ["--data", files.path(data), "--out", files.path("\(data)-model")]
            #expect(try await Program.run(["train", "intent"] + model + Self.small).status == 0)
        }
        let run = ["run", files.path("route.yaml"), "--no-store", "--output", "json", "--task-model"]
        let told = try await Program.run(run + [files.path("data-model")])
        #expect(try told.json()["output"] == "translation by task-model", "\(told.errors)")
        let refused = try await Program.run(run + [files.path("others-model")])
        #expect(refused.status == 1 && refused.errors.contains("unknown-task"), "\(refused.errors)")
    }

    @Test("Probabilities are calibrated by dialogues of several kinds, and a calibrated model is exported in 8 bits")
    func calibrated() async throws {
        let files = try TemporaryFiles()
        #expect(try await self.train(files).status == 0)
        let parts = ["--data", files.path("data/dev.jsonl"), "--data", files.path("data/test.jsonl")]
        let model = ["--model", files.path("model")]
        let outcome = try await Program.run(["calibrate", "intent"] + model + parts + ["--output", "json"])
        let (before, after) = (try outcome.json()["ece_before"]?.arrayValue, try outcome.json()["ece"]?.arrayValue)
        #expect(before?.count == 2 && after?.count == 2, "\(outcome.errors)")
        let judge = ["evaluate", "intent", "--data", files.path("data/test.jsonl"), "--output", "json"]
        #expect(try await Program.run(judge + model).json()["ece"] == after?.last)
        let again = try await Program.run(["calibrate", "intent"] + model + parts + ["--output", "json"]).json()
        #expect(try again["ece_before"] == again["ece"] && again["temperature"] == outcome.json()["temperature"])
        let export = [
            "export", "intent", "--out", files.path("int8.onnx"), "--calibration", files.path("data/dev.jsonl"),
        ]
        #expect(try await Program.run(export + model).status == 64)
        let exported = try await Program.run(export + model + ["--int8", "--output", "json"]).json()
        #expect(exported["calibrated"] == true && exported["size_bytes"]?.integerValue ?? 0 > 10_000, "\(exported)")
        for arguments in [
            ["calibrate", "intent", "--data", "/nowhere"] + model,
            export + model + ["--int8", "--calibration", "/nowhere"],
        ] {
            let refused = try await Program.run(arguments)
            #expect(refused.status == 1 && refused.errors.contains("/nowhere"), "\(refused.errors)")
        }
    }

    @Test("What cannot be done is told, and leaves stdout empty")
    func refused() async throws {
        let files = try TemporaryFiles(["bad/train.jsonl": "{\"turns\":1}", "bad/dev.jsonl": "{}"])
        for (arguments, status, word) in [
            (["train", "intent", "--data", "/nowhere", "--out", files.path("a")], Int32(1), "/nowhere/train.jsonl"),
            (["train", "intent", "--data", files.path("bad"), "--out", files.path("a")], 1, "train.jsonl, line 1"),
            (["train", "intent", "--data", "/nowhere", "--out", files.path("a"), "--threads", "0"], 64, "--threads"),
            (["train", "sample", "--out", files.path("b"), "--dialogues", "1"], 64, "--dialogues"),
            (["evaluate", "intent", "--model", files.path("bad"), "--data", "/nowhere"], 1, "config.json"),
        ] {
            let outcome = try await Program.run(arguments)
            #expect(outcome.status == status && outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
        }
        _ = try await self.train(files)
        let other = try await self.train(files, ["--seed", "9"])
        #expect(other.status == 1 && other.errors.contains("other-training"), "\(other.errors)")
        #expect(try await self.train(files, ["--seed", "9", "--restart"]).status == 0)
    }
}

@Suite("Writing from graphs at the command line", .timeLimit(.minutes(20)))
struct TrainGraphTests {
    @Test("Sample graphs are learnt, judged, and written from; what cannot be done is told")
    func wholeWay() async throws {
        let files = try TemporaryFiles(["graph.json": #"[["Linka Soel", "birthPlace", "Baburg"]]"#, "bad.json": "[1]"])
        let (data, model) = (files.path("data"), files.path("model"))
        #expect(try await Program.run(["train", "sample", "--graphs", "300", "--out", data]).status == 0)
        let train = [
            "train", "graph-lm", "--data", data, "--out", model, "--width", "32", "--heads", "2", "--feed-forward",
            "64",
            "--layers", "1", "--graph-layers", "1", "--decoder-layers", "2", "--epochs", "8", "--rate", "0.008",
            "--dropout",
            "0", "--vocabulary-size", "160", "--batch", "16", "--output", "json",
        ]
        let report = try await Program.run(train)
        #expect(report.status == 0 && report.errors.contains("Epoch 2: loss"), "\(report.errors)")
        #expect(try await Program.run(train).text == report.text)
        let judge = ["evaluate", "graph-lm", "--model", model, "--data", "\(data)/test.jsonl", "--writes", "20"]
        let judged = try await Program.run(judge + ["--output", "json", "--predictions", files.path("texts")]).json()
        let misled = try await Program.run(judge + ["--output", "json", "--shuffled-edges"]).json()
        let (right, wrong) = (judged["perplexity"]?.numberValue ?? 0, misled["perplexity"]?.numberValue ?? 0)
        #expect(right > 1 && wrong > right && judged["texts"] == 20, "\(judged), \(misled)")
        #expect(try await Program.run(judge).text.contains("entities named"))

        let write = ["generate", "--model", model, "--graph", files.path("graph.json")]
        let text = try await Program.run(write + ["--drawing", files.path("growth.svg")])
        #expect(text.status == 0 && text.text.hasSuffix(".\n"), "\(text.errors)")
        #expect(try String(contentsOfFile: files.path("growth.svg"), encoding: .utf8).contains("Linka Soel"))
        let json = try await Program.run(write + ["--constrained", "--output", "json", "--beams", "2"]).json()
        #expect(json["finish_reason"] == "stop" && json["grown_nodes"]?.arrayValue != nil, "\(json)")
        for (arguments, status, word) in [
            (["generate", "--model", model, "--graph", files.path("bad.json")], Int32(1), "bad.json"),
            (["generate", "--model", model, "--graph", "/nowhere"], 1, "/nowhere"),
            (["generate", "--model", "/nowhere", "--graph", files.path("graph.json")], 1, "/nowhere"),
            (["generate", "--constrained", "hello"], 64, "--graph"), (write + ["hello"], 64, "leave out the prompt"),
            (write + ["--choice", "a", "--choice", "b"], 64, "form of the answer"),
            (write + ["--beams", "0"], 64, "--beams"),
            (train + ["--channel", "none", "--seed", "2"], 1, "other-training"),
            (train + ["--channel", "x"], 64, "--channel"),
        ] {
            let outcome = try await Program.run(arguments)
            #expect(outcome.status == status && outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
        }
    }
}
