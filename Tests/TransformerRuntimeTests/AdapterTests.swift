// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Low-rank adapters on tiny models")
struct AdapterTests {
    /// A random adapter and what `peft` computes with it (scripts/references/tiny_adapters.py).
    struct Tiny: Decodable, Sendable {
        let base: String
        let tokens: [Int32]
        /// Of every sixth token.
        let logits: [[Float]]
        /// The same with weights of 8 bits.
        let quantisedLogits: [[Float]]?

        static func load(_ name: String) throws -> Self {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let url = try AdapterTests.folder(name).appending(path: "expected.json")
            return try decoder.decode(Self.self, from: Data(contentsOf: url))
        }
    }

    private static func folder(_ name: String) throws -> URL {
        try #require(Bundle.module.resourceURL).appending(path: "Fixtures/adapters/\(name)")
    }

    private static func open(_ name: String, for model: TransformerModel, pool: WorkerPool) throws -> LowRankAdapter {
        try LowRankAdapter(
            name: name, folder: ModelFolder(path: self.folder(name).path), model: model, pool: pool)
    }

    private static func base(_ name: String, pool: WorkerPool) throws -> TransformerModel {
        try TinyFolder(name: name).load(pool: pool)
    }

    /// Logits of all tokens, in pieces of some size.
    private static func logits(
        _ model: TransformerModel, _ tokens: [Int32], _ adapter: LowRankAdapter?, pieces: Int = 24, pool: WorkerPool
    ) throws -> [[Float]] {
        let pass = ForwardPass(model: model, pool: pool, capacity: pieces)
        let cache = KVCache(model: model, capacity: tokens.count, type: .f32, adapter: adapter)
        return try stride(from: 0, to: tokens.count, by: pieces).flatMap { start in
            let piece = tokens[start..<min(start + pieces, tokens.count)]
            let rows = try pass.run([.init(cache: cache, tokens: piece, logits: .all)])
            return (0..<rows).map { Array(pass.logits($0)) }
        }
    }

    private static func difference(_ found: [[Float]], _ expected: [[Float]]) -> Float {
        let rows = zip(stride(from: 0, to: found.count, by: 6), expected)
        return rows.flatMap { row, values in zip(found[row], values).map { abs($0 - $1) } }.max() ?? .infinity
    }

    @Test(
        "Logits are those of peft, whatever the rank, scale and modules",
        arguments: ["llama_all", "llama_few", "phi3_all"])
    func matchesReference(name: String) throws {
        let tiny = try Tiny.load(name)
        let pool = try WorkerPool(count: 2)
        let model = try Self.base(tiny.base, pool: pool)
        let adapter = try Self.open(name, for: model, pool: pool)
        for pieces in [1, 5, 24] {
            let found = try Self.logits(model, tiny.tokens, adapter, pieces: pieces, pool: pool)
            #expect(Self.difference(found, tiny.logits) <= 1e-3)
        }
        let without = try Self.logits(model, tiny.tokens, nil, pool: pool)
        #expect(Self.difference(without, tiny.logits) > 0.3)
    }

    @Test("The same holds over a GGUF file, whose rows stand in another order, and over quantised weights")
    func overGGUF() throws {
        let tiny = try Tiny.load("llama_all")
        let pool = try WorkerPool(count: 2)
        for (file, expected, tolerance) in [
            ("llama_f32.gguf", tiny.logits, Float(1e-3)), ("llama_q8_0.gguf", tiny.quantisedLogits ?? [], 0.05),
        ] {
            let model = try TransformerModel(file: GGUFFile(path: Self.folder(file).path), pool: pool)
            let adapter = try Self.open("llama_all", for: model, pool: pool)
            let found = try Self.logits(model, tiny.tokens, adapter, pool: pool)
            #expect(Self.difference(found, expected) <= tolerance, "\(file)")
        }
    }

    @Test("Sequences with different adapters and none, in one batch, have the logits they have alone")
    func mixedBatch() throws {
        let tiny = try Tiny.load("llama_all")
        let pool = try WorkerPool(count: 2)
        let model = try Self.base("llama", pool: pool)
        let adapters = [
            try Self.open("llama_all", for: model, pool: pool), nil, try Self.open("llama_few", for: model, pool: pool),
        ]
        let pass = ForwardPass(model: model, pool: pool, capacity: 72)
        let wanted: [ForwardPass.WantedLogits] = [.last, .all, .last]
        let caches = adapters.map { KVCache(model: model, capacity: 24, type: .f32, adapter: $0) }
        let rows = try pass.run(
            zip(caches, wanted).map { .init(cache: $0, tokens: tiny.tokens[...], logits: $1) })
        let together = (0..<rows).map { Array(pass.logits($0)) }
        let alone = try adapters.map { try Self.logits(model, tiny.tokens, $0, pool: pool) }
        let same = together == [alone[0][23]] + alone[1] + [alone[2][23]]
        #expect(same)
        #expect(alone[0] != alone[1] && alone[1] != alone[2])
    }

    @Test(
        "What does not fit or is not known is refused by name",
        arguments: [
            ("llama_all", "qwen3_moe", ["": ""], "mlp.down_proj"), ("llama_all", "phi3", ["": ""], "[32, 8]"),
            ("llama_all", "llama", ["r": "4"], "[4, 64]"), ("llama_all", "llama", ["r": "0"], "from 1 to 4096"),
            ("llama_all", "llama", ["use_dora": "true"], "'use_dora'"),
            ("llama_all", "llama", ["modules_to_save": "[\"lm_head\"]"], "'modules_to_save'"),
            ("llama_all", "llama", ["bias": "\"all\""], "'bias' is \"all\""),
            ("llama_all", "llama", ["peft_type": "\"IA3\""], "'peft_type'"),
            ("llama_all", "llama", ["lora_alpha": "\"x\""], "alpha"),
            ("llama_few", "llama", ["rank_pattern": "{\"down.*\": 33}"], "'down.*'"),
        ])
    func refusals(adapter: String, base: String, settings: [String: String], says: String) throws {
        let pool = try WorkerPool(count: 1)
        let model = try Self.base(base, pool: pool)
        let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.copyItem(at: Self.folder(adapter), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let file = copy.appending(path: "adapter_config.json")
        var values = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        for (key, value) in settings where !key.isEmpty {
            values[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        }
        try JSONSerialization.data(withJSONObject: values).write(to: file)
        let error = #expect(throws: TransformerError.self) {
            _ = try LowRankAdapter(name: "x", folder: ModelFolder(path: copy.path), model: model, pool: pool)
        }
        #expect(error?.code == .unsuitableAdapter && error?.message.contains(says) == true, "\(error?.message ?? "")")
    }
}
