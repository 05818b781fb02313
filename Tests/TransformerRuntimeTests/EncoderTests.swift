// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Encoders on tiny models")
struct EncoderTests {
    /// The hidden states of each of some texts, computed in one batch.
    private static func hidden(_ pass: EncoderPass, _ texts: [[Int32]]) throws -> [[Float]] {
        var batch = EncoderBatch()
        for text in texts { batch.append(text) }
        try pass.run(batch)
        return batch.texts.map { rows in rows.flatMap { Array(pass.hidden($0)) } }
    }

    @Test("Every architecture is there") func allArchitectures() { #expect(TinyEncoder.all.count == 3) }

    @Test(
        "Hidden states are those of PyTorch in float32, for every architecture and instruction set",
        arguments: TinyEncoder.all, AccuracyTests.Variant.all)
    func matchesReference(tiny: TinyEncoder, variant: AccuracyTests.Variant) throws {
        let pool = try WorkerPool(count: 2)
        let model = try EncoderModel(folder: tiny.open(), kernels: variant.kernels, pool: pool)
        let pass = EncoderPass(model: model, pool: pool, capacity: 16)
        let found = try Self.hidden(pass, tiny.cases.map(\.tokens))
        for (values, expected) in zip(found, tiny.cases) {
            #expect(values.count == expected.hidden.count)
            #expect(zip(values, expected.hidden).map { abs($0 - $1) }.max() ?? 1 <= 1e-4)
        }
    }

    @Test(
        "A text's result is the same to the bit, alone or among others, and however many workers there are",
        arguments: TinyEncoder.all)
    func batchesAndWorkers(tiny: TinyEncoder) throws {
        let texts = tiny.cases.map(\.tokens)
        var results: [[[Float]]] = []
        for workers in 1...3 {
            let pool = try WorkerPool(count: workers)
            let model = try EncoderModel(folder: tiny.open(), pool: pool)
            let pass = EncoderPass(model: model, pool: pool, capacity: 100)
            results.append(try Self.hidden(pass, texts))
            results.append(try texts.flatMap { try Self.hidden(pass, [$0]) })
        }
        for result in results.dropFirst() {
            let same = result == results[0]
            #expect(same)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let encoder: String
        let key: String
        let value: String
        let says: String
        var testDescription: String { "\(self.key) = \(self.value)" }
    }

    @Test(
        "What cannot run here is refused by name",
        arguments: [
            Refusal(encoder: "bert", key: "model_type", value: "\"berd\"", says: "those are bert"),
            Refusal(encoder: "bert", key: "hidden_act", value: "\"relu\"", says: "'hidden_act' is \"relu\""),
            Refusal(encoder: "bert", key: "position_embedding_type", value: "\"relative_key\"", says: "relative_key"),
            Refusal(encoder: "bert", key: "is_decoder", value: "true", says: "'is_decoder'"),
            Refusal(encoder: "bert", key: "hidden_size", value: "-1", says: "'hidden_size' is -1"),
            Refusal(encoder: "bert", key: "hidden_size", value: "1e300", says: "'hidden_size'"),
            Refusal(encoder: "bert", key: "hidden_size", value: "128", says: "[64, 100]"),
            Refusal(encoder: "bert", key: "hidden_size", value: "null", says: "'hidden_size' is missing"),
            Refusal(encoder: "bert", key: "num_attention_heads", value: "8", says: "8 wide"),
            Refusal(encoder: "bert", key: "num_attention_heads", value: "5", says: "5 heads"),
            Refusal(encoder: "bert", key: "num_hidden_layers", value: "3", says: "encoder.layer.2"),
            Refusal(encoder: "bert", key: "num_hidden_layers", value: "1", says: "encoder.layer.1"),
            Refusal(encoder: "bert", key: "layer_norm_eps", value: "0", says: "epsilon"),
            Refusal(encoder: "xlm-roberta", key: "max_position_embeddings", value: "2", says: "no position"),
            Refusal(encoder: "nomic-bert", key: "activation_function", value: "\"geglu\"", says: "geglu"),
            Refusal(encoder: "nomic-bert", key: "rotary_emb_fraction", value: "0.5", says: "'rotary_emb_fraction'"),
            Refusal(encoder: "nomic-bert", key: "prenorm", value: "true", says: "'prenorm'"),
            Refusal(encoder: "nomic-bert", key: "rotary_emb_base", value: "-2", says: "rotary base"),
        ])
    func refusals(refusal: Refusal) throws {
        let tiny = try #require(TinyEncoder.all.first { $0.name == refusal.encoder })
        let value = try JSONSerialization.jsonObject(with: Data(refusal.value.utf8), options: .fragmentsAllowed)
        let folder = try tiny.open { $0[refusal.key] = value }
        let error = #expect(throws: TransformerError.self) {
            _ = try EncoderModel(folder: folder, pool: WorkerPool(count: 1))
        }
        #expect(error?.message.contains(refusal.says) == true, "\(error?.message ?? "")")
    }

    @Test("Tokens that are none, and texts that are empty or too long, are errors")
    func badBatches() throws {
        let tiny = try #require(TinyEncoder.all.first)
        let pool = try WorkerPool(count: 1)
        let pass = EncoderPass(model: try EncoderModel(folder: tiny.open(), pool: pool), pool: pool, capacity: 8)
        for tokens in [[], [-1], [100], Array(repeating: 1, count: 41)] as [[Int32]] {
            var batch = EncoderBatch()
            batch.append(tokens)
            #expect(throws: TransformerError.self) { try pass.run(batch) }
        }
    }
}
