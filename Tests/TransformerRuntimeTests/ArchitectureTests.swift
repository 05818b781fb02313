// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Every architecture agrees with transformers")
struct ArchitectureTests {
    @Test("There are folders of every architecture")
    func everyArchitecture() { #expect(TinyFolder.all.count == 21) }

    @Test("Logits are within 0.001 in float32", arguments: TinyFolder.all)
    func logits(tiny: TinyFolder) throws {
        let expected = try tiny.expected()
        let pool = try WorkerPool(count: 2)
        let model = try tiny.load(pool: pool)
        #expect(try model.error(expected, pool: pool) <= 0.001)
        // Nothing is left to chance by logits that are all alike.
        #expect((expected.logits[0].max() ?? 0) - (expected.logits[0].min() ?? 0) > 2)
    }

    @Test("There are GGUF files of every architecture")
    func everyFile() { #expect(TinyFolder.all.filter(\.hasFile).count == 13) }

    @Test(
        "The same models as GGUF files, by llama.cpp's converter, give the same logits",
        arguments: TinyFolder.all.filter(\.hasFile))
    func files(tiny: TinyFolder) throws {
        let expected = try tiny.expected()
        let pool = try WorkerPool(count: 2)
        let model = try tiny.loadFile(pool: pool)
        #expect(try model.error(expected, pool: pool) <= 0.001)
    }

    /// Settings that each decide something, changed a little.
    private static let changes = [
        ("llama", #"{"rms_norm_eps": 0.01}"#), ("llama", #"{"rope_parameters": {"rope_theta": 9000}}"#),
        (
            "llama_llama3",
            #"{"rope_scaling": {"rope_type": "llama3", "factor": 4, "original_max_position_embeddings": 64}}"#
        ),
        (
            "llama_llama3",
            #"{"rope_scaling": {"rope_type": "llama3", "factor": 8, "original_max_position_embeddings": 48}}"#
        ),
        ("llama_linear", #"{"rope_scaling": {"type": "linear", "factor": 5}}"#),
        ("mistral", #"{"sliding_window": 23}"#), ("qwen2_window", #"{"max_window_layers": 0}"#),
        ("qwen3_yarn", #"{"rope_scaling": {"type": "yarn", "factor": 3, "original_max_position_embeddings": 64}}"#),
        ("phi3", #"{"sliding_window": 25}"#), ("phi3_long", #"{"max_position_embeddings": 300}"#),
        ("phi3_long", #"{"original_max_position_embeddings": 256}"#), ("glm4_old", #"{"partial_rotary_factor": 1}"#),
        ("gemma2", #"{"attn_logit_softcapping": 4}"#), ("gemma2", #"{"final_logit_softcapping": 9}"#),
        ("gemma2", #"{"query_pre_attn_scalar": 20}"#), ("gemma2", #"{"sliding_window": 25}"#),
        ("gemma2", #"{"hidden_activation": "silu"}"#), ("gemma3_old", #"{"sliding_window_pattern": 2}"#),
        ("gemma3_old", #"{"rope_local_base_freq": 9000}"#), ("gemma3_old", #"{"rope_theta": 900000}"#),
        ("qwen2_moe", #"{"norm_topk_prob": true}"#), ("qwen3_moe", #"{"norm_topk_prob": false}"#),
        ("qwen3_moe", #"{"num_experts_per_tok": 2}"#),
    ]

    @Test("A setting that is a little off is found out", arguments: Self.changes)
    func sensitivity(model: String, changes: String) throws {
        let tiny = TinyFolder(name: model)
        let expected = try tiny.expected()
        let pool = try WorkerPool(count: 2)
        try tiny.withCopy(changing: TinyFolder.object(changes)) { folder in
            let model = try TransformerModel(.huggingFace(folder), pool: pool, contextLength: expected.context)
            #expect(try model.error(expected, pool: pool) > 0.002)
        }
    }

    @Test("Greedy tokens are the same, one by one and after a prompt of any cut", arguments: TinyFolder.all)
    func greedy(tiny: TinyFolder) throws {
        let expected = try tiny.expected()
        let pool = try WorkerPool(count: 2)
        let model = try tiny.load(pool: pool)
        let pass = ForwardPass(model: model, pool: pool, capacity: 8)
        let cache = KVCache(model: model, capacity: 128, type: .f32)
        for start in stride(from: 0, to: expected.prompt.count, by: 5) {
            try pass.run([.init(cache: cache, tokens: expected.prompt[start...].prefix(5), logits: .last)])
        }
        var answer = [Int32]()
        while answer.count < expected.greedy.count {
            let logits = pass.logits(0)
            let best = Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
            answer.append(best)
            try pass.run([.init(cache: cache, tokens: [best][...], logits: .last)])
        }
        #expect(answer == expected.greedy)
    }

    @Test("Sequences in one batch do not see each other", arguments: TinyFolder.all)
    func batches(tiny: TinyFolder) throws {
        let tokens = try tiny.expected().tokens
        let pool = try WorkerPool(count: 3)
        let model = try tiny.load(pool: pool)
        let texts = [tokens, Array(tokens.reversed()), Array(tokens.dropFirst(9))]
        let pass = ForwardPass(model: model, pool: pool, capacity: 64)
        let caches = texts.map { _ in KVCache(model: model, capacity: 64) }
        try pass.run(zip(caches, texts).map { .init(cache: $0, tokens: $1[..<20], logits: .none) })
        try pass.run(zip(caches, texts).map { .init(cache: $0, tokens: $1[20..<40], logits: .last) })
        for (index, text) in texts.enumerated() {
            let alone = try model.logits(Array(text[..<40]), pieces: 40, pool: pool)
            let same = Array(pass.logits(index)) == alone[39]
            #expect(same, "text \(index)")
        }
    }

    @Test("Logits are the same to the bit, however a text is cut, in every instruction set", arguments: TinyFolder.all)
    func pieces(tiny: TinyFolder) throws {
        let tokens = try tiny.expected().tokens
        for variant in AccuracyTests.Variant.all.dropFirst() {
            let pool = try WorkerPool(count: 2)
            let model = try tiny.load(kernels: variant.kernels, pool: pool)
            let whole = try model.logits(tokens, pieces: tokens.count, pool: pool)
            for pieces in [1, 7] {
                let same = try model.logits(tokens, pieces: pieces, pool: pool) == whole
                #expect(same, "pieces of \(pieces), \(variant.testDescription)")
            }
        }
    }
}

extension TransformerModel {
    /// The largest difference from the expected logits, or infinity where their number differs.
    fileprivate func error(_ expected: TinyFolder.Expected, pool: WorkerPool) throws -> Float {
        let found = try self.logits(expected.tokens, pieces: expected.tokens.count, pool: pool, cacheType: .f32)
        var largest: Float = 0
        for (row, logits) in zip(expected.rows, expected.logits) {
            guard found[row].count == logits.count else { return .infinity }
            for (value, wanted) in zip(found[row], logits) {
                let difference = abs(value - wanted)
                largest = difference.isNaN ? .infinity : max(largest, difference)
            }
        }
        return largest
    }

    /// Logits of all tokens, computed in pieces of the given size.
    func logits(
        _ tokens: [Int32], pieces: Int, pool: WorkerPool, cacheType: KVCacheType = .f16
    ) throws -> [[Float]] {
        let pass = ForwardPass(model: self, pool: pool, capacity: pieces)
        let cache = KVCache(model: self, capacity: tokens.count, type: cacheType)
        return try stride(from: 0, to: tokens.count, by: pieces).flatMap { start in
            let piece = tokens[start..<min(start + pieces, tokens.count)]
            let rows = try pass.run([.init(cache: cache, tokens: piece, logits: .all)])
            return (0..<rows).map { Array(pass.logits($0)) }
        }
    }
}
