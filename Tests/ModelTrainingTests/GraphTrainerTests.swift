// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import LLMCore
import ModelFiles
import ModelTraining
import OrderedCollections
import TaskModels
import Testing

@Suite("Training of models that write from graphs")
struct GraphTrainerTests {
    @Test("Models with and without a graph have as many weights, to a thousandth, and all of them learn")
    func channels() throws {
        var (weights, losses) = ([Double](), [Double]())
        for channel in GraphModelSettings.Channel.allCases {
            var trainer = try TinyGraphs.trainer(TinyGraphs.settings(channel))
            while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
            let (first, last) = try (#require(trainer.history.epochs.first), #require(trainer.history.epochs.last))
            #expect(last.developmentLoss < first.developmentLoss && trainer.history.best != nil, "\(channel)")
            weights.append(Double(trainer.parameters))
            losses.append(last.developmentLoss)
        }
        // A feed-forward network of one more number is 65 weights in each layer.
        #expect(abs(weights[0] - weights[1]) < 200 && abs(weights[0] - weights[2]) < 200, "\(weights)")
        #expect(losses[0] < losses[1] && losses[0] < losses[2], "\(losses)")
    }

    @Test("A training that goes on from a checkpoint, within an epoch too, comes to what it would have come to")
    func resume() throws {
        try TinyDialogues.withFolder { folder in
            var whole = try TinyGraphs.trainer()
            while !whole.isDone { try whole.advance(for: .seconds(60)) { _ in } }
            var parts = try TinyGraphs.trainer()
            for _ in 0..<5 { try parts.advance(for: .zero) { _ in } }
            try parts.writeCheckpoint(to: "\(folder)/a")
            for _ in 0..<3 {
                parts = try TinyGraphs.trainer()
                try parts.resume(from: "\(folder)/a")
                try parts.advance(for: .seconds(60)) { _ in }
                try parts.writeCheckpoint(to: "\(folder)/a")
            }
            #expect(parts.isDone && whole.history.best == parts.history.best)
            for (one, other) in zip(whole.history.epochs, parts.history.epochs) {
                #expect(one.loss == other.loss && one.developmentLoss == other.developmentLoss)
            }
            for (one, other) in zip(whole.best.network.weights, parts.best.network.weights) {
                #expect(one.name == other.name && one.weight == other.weight)
            }
        }
    }

    @Test("A checkpoint of another training, or a damaged one, is refused")
    func refused() throws {
        try TinyDialogues.withFolder { folder in
            var trainer = try TinyGraphs.trainer()
            try trainer.advance(for: .zero) { _ in }
            try trainer.writeCheckpoint(to: "\(folder)/a")
            var settings = TinyGraphs.settings()
            settings.rate = 1e-3
            var other = try TinyGraphs.trainer(settings)
            #expect(throws: TrainingError.self) { try other.resume(from: "\(folder)/a") }
            var changed = try TinyGraphs.trainer(graphs: 99)
            #expect(throws: TrainingError.self) { try changed.resume(from: "\(folder)/a") }
            // The same texts and names, joined by other edges.
            var edges = SampleGraphs.texts(100, seed: 1)
            edges[0].input.entities = edges[0].input.nodes
            var joined = edges
            joined[0].input.triples[0].relation = edges[0].input.triples.last?.relation == "mayor" ? "country" : "mayor"
            let settingsOfAll = TinyGraphs.settings()
            func digest(_ texts: [GraphText]) throws -> String {
                try GraphTrainer(settingsOfAll, training: texts, development: SampleGraphs.texts(20, seed: 2)).identity
                    .data
            }
            #expect(try digest(edges) != digest(joined))
            #expect(try digest(edges) == digest(edges))
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a")))
            let head = 8 + Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
            var generator = SeededNumbers(seed: 5)
            for round in 0..<40 {
                var damaged = bytes
                switch round % 2 {
                case 0: damaged.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
                default: damaged.replaceSubrange(8..<head, with: damaged[8..<head].reversed())
                }
                try Data(damaged).write(to: URL(fileURLWithPath: "\(folder)/b"))
                do {
                    try other.resume(from: "\(folder)/b")
                    Issue.record("A damaged checkpoint was read.")
                } catch {
                    #expect(error is TrainingError || error is TaskModelError || error is ModelFileError, "\(error)")
                }
            }
        }
    }

    @Test("A model is the same after it was written and read; damaged files are refused by name")
    func files() throws {
        try TinyDialogues.withFolder { folder in
            let model = try TinyGraphs.trained.get()
            try model.write(to: folder)
            let copy = try GraphLanguageModel(folder: folder)
            #expect(copy.vocabulary == model.vocabulary && copy.names.common == model.names.common)
            let input = SampleGraphs.texts(1, seed: 9)[0].input
            let texts = try [model, copy].map { try GraphWriting().write($0.pieces(input), by: $0).text }
            #expect(texts[0] == texts[1] && !texts[0].isEmpty)
            for (file, text, word) in [
                ("config.json", "{}", "graph language model"), ("config.json", "nothing", "JSON"),
                ("vocabulary.json", "[1]", "vocabulary"), ("names.json", "{\"common\":[]}", "known"),
                (
                    "config.json",
                    #"{"format":"autoglm-graph-lm","version":2,"channel":"graph","copies":true,"layers":64,"graph_layers":16,"#
                        + #""decoder_layers":64,"width":8192,"heads":1,"feed_forward":65536}"#, "weights"
                ), ("model.safetensors", "nothing", "safetensors"),
            ] {
                let before = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
                let error = #expect(throws: (any Error).self) { try GraphLanguageModel(folder: folder) }
                #expect(
                    error.map { "\($0)".lowercased().contains(word.lowercased()) } == true,
                    "\(String(describing: error))")
                try before.write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
            }
        }
    }
}
