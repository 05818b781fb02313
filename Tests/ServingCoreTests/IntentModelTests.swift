// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import Foundation
import KServeProtocol
import LLMCore
import ModelBackends
import ModelTraining
import OpenVINOModels
import ServingCore
import TaskModels
import Testing

@Suite("Intent models in the repository")
struct IntentModelTests {
    /// A model that has learnt nothing yet: what it says is random, but always the same.
    ///
    /// - Parameter ngrams: How many buckets n-grams have; with some, its temperature depends on what is new, too.
    private static func model(ngrams: Int = 0) throws -> IntentModel {
        var settings = EncoderSettings()
        (settings.width, settings.heads, settings.feedForward) = (8, 2, 8)
        var generator = SeededNumbers(seed: 3)
        var model = try IntentModel(
            settings, turns: 2, labels: ["book", "cancel", "thank"],
            vocabulary: SubwordTrainer.vocabulary(of: ["yes no please", "yes no"], size: 30), ngrams: ngrams,
            using: &generator)
        model.encoder.visit(.zero, "") { name, weight, _ in
            guard name.hasPrefix("ngrams.") else { return }
            weight = Tensor(weight.shape, (0..<weight.count).map { _ in .random(in: 0.1...1, using: &generator) })
        }
        if ngrams > 0 {
            model.known = KnownPairs(of: ["yes please", "no no"])
            model.temperature = LogitTemperature(known: 2, slope: 1.5)
        }
        return model
    }

    private static func withRepository(
        _ configuration: String?, _ body: @escaping @Sendable (ModelRepository) async throws -> Void
    ) async throws {
        let folder = RepositoryFolder()
        try folder.write("talk", configuration ?? "")
        if configuration == nil { try folder.remove("talk/config.pbtxt") }
        try Self.model().write(to: "\(folder.path)/talk/1")
        try await Models.withRepository(folder, backends: [IntentBackend()], body)
    }

    private static func strings(_ name: String, _ texts: [String]) throws -> KServeTensor {
        try KServeTensor(name, shape: [texts.count, 1], strings: texts)
    }

    @Test("Utterances are answered with their turns, together or alone, without a configuration")
    func answers() async throws {
        try await Self.withRepository(nil) { repository in
            try await repository.load("talk")
            let configuration = try repository.model(named: "talk").configuration
            #expect(configuration.platform == "autoglm_intent" && configuration.maximumBatchSize == 32)
            #expect(configuration.outputs.map(\.name) == ["intent", "confidence", "probabilities"])
            let history = #"[{"speaker": "system", "text": "no?"}]"#
            let together = try await repository.infer(
                InferenceRequest(
                    model: "talk",
                    inputs: [Self.strings("text", ["yes", "no"]), Self.strings("history", ["", history])])
            ).outputs
            let model = try Self.model()
            let expected = [
                model.intents(of: [DialogueTurn(.user, "yes")]),
                model.intents(of: [DialogueTurn(.system, "no?"), DialogueTurn(.user, "no")]),
            ]
            #expect(together.map(\.shape) == [[2, 1], [2, 1], [2, 3]])
            #expect(try together[0].strings() == expected.map { $0[0].label })
            let confidences = try together[1].values(as: Float.self)
            #expect(zip(confidences, expected).allSatisfy { abs(Double($0) - $1[0].probability) < 1e-5 })
            let alone = try await repository.infer(
                InferenceRequest(model: "talk", inputs: [Self.strings("text", ["yes"])])
            ).outputs
            #expect(try abs(alone[1].values(as: Float.self)[0] - confidences[0]) < 1e-5)
            #expect(try abs(alone[2].values(as: Float.self).reduce(0, +) - 1) < 1e-5)
        }
    }

    @Test(
        "As ONNX it says the same, with padding too; in 8 bits nearly the same",
        arguments: ["float", "dynamic int8", "calibrated int8"], [0, 50])
    func export(precision: String, ngrams: Int) async throws {
        let folder = RepositoryFolder()
        try folder.write("talk", "")
        let (model, path) = (try Self.model(ngrams: ngrams), "\(folder.path)/talk/1/model.onnx")
        var inputs = [
            model.input([DialogueTurn(.user, "yes")]),
            model.input([DialogueTurn(.system, "no? yes please"), DialogueTurn(.user, "no no no")]),
        ]
        // Who says nothing has no n-grams, and is all padding there.
        if precision == "float" { inputs.append(model.input([DialogueTurn(.user, "")])) }
        let precisions: [String: ONNXPrecision] = [
            "float": .float, "dynamic int8": .dynamicInt8,
            "calibrated int8": .calibratedInt8(model.inputRanges(of: inputs)),
        ]
        var export = IntentModelExport(model, try #require(precisions[precision]))
        try export.write(to: path)
        let batches = inputs.map { input in
            var batch = IntentBatch()
            batch.append(input)
            return batch
        }
        func tensor(_ name: String, _ rows: [[Int]], padding: Int = 0) throws -> KServeTensor {
            let length = rows.map(\.count).max() ?? 0
            let padded = rows.flatMap { $0 + [Int](repeating: padding, count: length - $0.count) }
            return try KServeTensor(name, shape: [rows.count, length], values: padded.map { Int64($0) })
        }
        var tensors = try [
            tensor("pieces", batches.map(\.pieces)), tensor("places", batches.map(\.places)),
            tensor("distances", batches.map(\.distances)), tensor("speakers", batches.map(\.speakers)),
            tensor("mask", batches.map { $0.pieces.map { _ in 1 } }),
        ]
        if ngrams > 0 { try tensors.append(tensor("ngrams", inputs.map { $0.ngrams.map(Int.init) }, padding: ngrams)) }
        if ngrams > 0 {
            try tensors.append(KServeTensor("novelty", shape: [inputs.count], values: inputs.map(\.novelty)))
        }
        let outputs = try await ONNXModel.load(path: path).run([tensors], sizes: nil, instance: 0)[0]
        let logits = try #require(outputs.first { $0.name == "logits" })
        #expect(logits.shape == [inputs.count, 3])
        let difference = zip(try logits.values(as: Float.self), model.logits(of: inputs).values).map { abs($0 - $1) }
            .max()
        #expect(try #require(difference) < (precision == "float" ? 1e-4 : 0.1))
        let probabilities = try #require(outputs.first { $0.name == "probabilities" }).values(as: Float.self)
        let wanted = model.probabilities(of: inputs).joined()
        #expect(zip(probabilities, wanted).allSatisfy { abs($0 - $1) < (precision == "float" ? 1e-4 : 0.1) })
    }

    @Test(
        "A request that is wrong does not harm those that run with it",
        arguments: ["{", "[1]", #"[{"text":"a"}]"#, "7"])
    func wrongHistory(history: String) async throws {
        try await Self.withRepository(nil) { repository in
            try await repository.load("talk")
            let wrong = InferenceRequest(
                model: "talk", inputs: [try Self.strings("text", ["yes"]), try Self.strings("history", [history])])
            let right = InferenceRequest(model: "talk", inputs: [try Self.strings("text", ["yes"])])
            async let other = repository.infer(right)
            let error = await #expect(throws: (any Error).self) { try await repository.infer(wrong) }
            #expect(error.map { "\($0)" }?.contains("'history'") == true)
            #expect(try await other.outputs.count == 3)
        }
    }

    @Test(
        "Texts and turns that are not as many as the request's inferences are refused",
        arguments: [[2, 1], [1, 2], [0, 0]])
    func counts(counts: [Int]) async throws {
        try await Self.withRepository(nil) { repository in
            try await repository.load("talk")
            let request = InferenceRequest(
                model: "talk",
                inputs: [
                    try Self.strings("text", .init(repeating: "yes", count: counts[0])),
                    try Self.strings("history", .init(repeating: "", count: counts[1])),
                ])
            await #expect(throws: (any Error).self) { try await repository.infer(request) }
        }
    }

    @Test(
        "Tensors and settings that the model does not have are refused when it is loaded",
        arguments: [
            "input { name: \"words\" data_type: TYPE_STRING dims: [ 1 ] }",
            "output { name: \"intent\" data_type: TYPE_FP32 dims: [ 1 ] }",
            "output { name: \"probabilities\" data_type: TYPE_FP32 dims: [ 4 ] }",
            "max_batch_size: 0 input { name: \"text\" data_type: TYPE_STRING dims: [ -1 ] }",
            "parameters { key: \"precision\" value { string_value: \"int4\" } }",
        ])
    func refused(configuration: String) async throws {
        try await Self.withRepository("backend: \"intent\"\n" + configuration) { repository in
            await #expect(throws: (any Error).self) { try await repository.load("talk") }
        }
    }
}
