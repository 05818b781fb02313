// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Forward pass on tiny models")
struct ForwardPassTests {
    @Test("Every tensor type is there") func allTypes() { #expect(TinyModel.all.count == 14) }

    @Test(
        "Logits are those of NumPy in float32, in every tensor type and instruction set",
        arguments: TinyModel.all, AccuracyTests.Variant.all)
    func matchesReference(tiny: TinyModel, variant: AccuracyTests.Variant) throws {
        let pool = try WorkerPool(count: 2)
        let model = try tiny.load(kernels: variant.kernels, pool: pool)
        let found = try model.logits(tiny.tokens, pieces: tiny.tokens.count, pool: pool)
        // Inputs of quantised matrices are rounded to 8 bits; those of the others only in the cache, to half floats.
        let tolerance: Float = tiny.model.contains("q") ? 0.1 : 0.005
        for (row, expected) in zip(stride(from: 0, to: tiny.tokens.count, by: 10), tiny.logits) {
            let errors = zip(found[row], expected).map { abs($0 - $1) }
            #expect(errors.count == expected.count && (errors.max() ?? 1) <= tolerance)
        }
    }

    @Test(
        "A token's logits are the same to the bit, however the prompt is cut and however many workers there are",
        arguments: TinyModel.all)
    func piecesAndWorkers(tiny: TinyModel) throws {
        let expected = try tiny.load(pool: WorkerPool(count: 1)).logits(
            tiny.tokens, pieces: tiny.tokens.count, pool: WorkerPool(count: 1))
        for (pieces, workers) in [(1, 1), (3, 2), (16, 3), (65, 2)] {
            let pool = try WorkerPool(count: workers)
            let found = try tiny.load(pool: pool).logits(tiny.tokens, pieces: pieces, pool: pool)
            let same = found == expected
            #expect(same, "pieces of \(pieces), \(workers) workers")
        }
    }

    @Test("Sequences in one batch do not see each other", arguments: TinyModel.all)
    func batches(tiny: TinyModel) throws {
        let pool = try WorkerPool(count: 2)
        let model = try tiny.load(pool: pool)
        let others = Array(tiny.tokens.reversed())
        let pass = ForwardPass(model: model, pool: pool, capacity: 64)
        let caches = (0..<2).map { _ in KVCache(model: model, capacity: 64) }
        var together: [[Float]] = []
        for start in stride(from: 0, to: 30, by: 10) {
            try pass.run([
                .init(cache: caches[0], tokens: tiny.tokens[start..<start + 10], logits: .last),
                .init(cache: caches[1], tokens: others[start..<start + 10], logits: .last),
            ])
            together += [Array(pass.logits(0)), Array(pass.logits(1))]
        }
        let first = try model.logits(Array(tiny.tokens[..<30]), pieces: 30, pool: pool)
        let second = try model.logits(Array(others[..<30]), pieces: 30, pool: pool)
        let expected = [first[9], second[9], first[19], second[19], first[29], second[29]]
        let same = together == expected
        #expect(same)
    }

    @Test("Whose logits are wanted changes no logits, and no cache", arguments: TinyModel.all)
    func wantedLogits(tiny: TinyModel) throws {
        let pool = try WorkerPool(count: 2)
        let model = try tiny.load(pool: pool)
        let expected = try model.logits(Array(tiny.tokens[..<21]), pieces: 21, pool: pool)
        let pass = ForwardPass(model: model, pool: pool, capacity: 64)
        let caches = (0..<4).map { _ in KVCache(model: model, capacity: 64) }
        let parts: [ForwardPass.WantedLogits] = [.none, .last, .all, .last]
        let rows = try pass.run(
            zip(caches, parts).map { .init(cache: $0, tokens: tiny.tokens[..<10], logits: $1) })
        let together = (0..<rows).map { Array(pass.logits($0)) }
        let sameTogether = together == [expected[9]] + expected[..<10] + [expected[9]]
        #expect(sameTogether)
        for cache in caches {
            #expect(try pass.run([.init(cache: cache, tokens: tiny.tokens[10..<20], logits: .none)]) == 0)
            #expect(try pass.run([.init(cache: cache, tokens: tiny.tokens[20..<21], logits: .last)]) == 1)
            let same = Array(pass.logits(0)) == expected[20]
            #expect(same)
        }
    }

    @Test("A truncated cache goes on as if the forgotten tokens had never been")
    func truncation() throws {
        let tiny = try #require(TinyModel.all.first)
        let pool = try WorkerPool(count: 1)
        let model = try tiny.load(pool: pool)
        let pass = ForwardPass(model: model, pool: pool, capacity: 70)
        let cache = KVCache(model: model, capacity: 70)
        try pass.run([.init(cache: cache, tokens: tiny.tokens[..<70], logits: .none)])
        cache.truncate(to: 20)
        try pass.run([.init(cache: cache, tokens: tiny.tokens[20..<40], logits: .last)])
        let found = Array(pass.logits(0))
        let expected = try model.logits(Array(tiny.tokens[..<40]), pieces: 40, pool: pool)[39]
        let same = found == expected
        #expect(same)
        #expect(cache.count == 40)
    }

    @Test("What does not fit or is no token is refused, and the cache stays as it was")
    func refusals() throws {
        let tiny = try #require(TinyModel.all.first)
        let pool = try WorkerPool(count: 1)
        let model = try tiny.load(pool: pool)
        let pass = ForwardPass(model: model, pool: pool, capacity: 8)
        let cache = KVCache(model: model, capacity: 6)
        for (tokens, code) in [
            ([1, 2, -1] as [Int32], "transformer.invalid-token"), ([40], "transformer.invalid-token"),
            (Array(repeating: 1, count: 7), "transformer.context-overflow"),
            (Array(repeating: 1, count: 9), "transformer.context-overflow"),
        ] {
            let error = #expect(throws: TransformerError.self) {
                try pass.run([.init(cache: cache, tokens: tokens[...], logits: .last)])
            }
            #expect(error?.codeName == code)
            #expect(cache.count == 0)
        }
        #expect(try pass.run([.init(cache: cache, tokens: [1, 2, 3], logits: .last)]) == 1)
    }
}
