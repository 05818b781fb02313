// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Every architecture agrees with transformers")
struct ArchitectureTests {
    /// The largest difference from the expected logits, or infinity where their number differs.
    private static func error(_ found: [[Float]], _ expected: TinyFolder.Expected) -> Float {
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

    @Test("There are folders of every architecture")
    func everyArchitecture() { #expect(TinyFolder.all.count == 21) }

    @Test("Logits are within 0.001 in float32", arguments: TinyFolder.all)
    func logits(tiny: TinyFolder) throws {
        let expected = try tiny.expected()
        let pool = try WorkerPool(count: 2)
        let model = try tiny.load(pool: pool)
        let found = try model.logits(expected.tokens, pieces: expected.tokens.count, pool: pool, cacheType: .f32)
        #expect(Self.error(found, expected) <= 0.001)
        // Nothing is left to chance by logits that are all alike.
        #expect((expected.logits[0].max() ?? 0) - (expected.logits[0].min() ?? 0) > 2)
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
