// SPDX-License-Identifier: Apache-2.0

import CTensorKernels
import Foundation
import ModelFiles
import TensorKernels
import Testing
import TransformerRuntime

@Suite("Accuracy on the default model", .serialized)
struct AccuracyTests {
    struct Variant: Sendable, CustomTestStringConvertible {
        let kernels: Kernels
        var testDescription: String { self.kernels.name }

        static let all = Kernels.available.map(Self.init)
    }

    /// Perplexity and agreement of the first windows, each in a fresh context.
    private struct Measurement {
        var logProbabilities: [Double] = []
        var agreeing = 0
        var positions = 0

        var perplexity: Double { exp(-self.logProbabilities.reduce(0, +) / Double(self.logProbabilities.count)) }
        var agreement: Double { Double(self.agreeing) / Double(self.positions) }

        mutating func add(
            _ logits: UnsafeMutableBufferPointer<Float>, next: Int32?, mostLikely: Int32, kernels: Kernels
        ) {
            let maximum = kernels.table.pointee.maximum(logits.baseAddress, logits.count)
            self.positions += 1
            if logits[Int(mostLikely)] == maximum { self.agreeing += 1 }
            guard let next else { return }
            let sum = kernels.table.pointee.sum_exp(logits.baseAddress, logits.count, maximum, 1)
            self.logProbabilities.append(Double(logits[Int(next)] - maximum) - log(sum))
        }
    }

    private static func measure(
        _ windows: [ReferenceText.Window], kernels: Kernels, cacheType: KVCacheType = .f16
    ) throws -> Measurement {
        let pool = try WorkerPool(count: WorkerPool.availableProcessors)
        let model = try TransformerModel(file: DefaultModelFile.open(), kernels: kernels, pool: pool)
        let piece = 64
        let pass = ForwardPass(model: model, pool: pool, capacity: piece)
        var result = Measurement()
        for window in windows {
            let cache = KVCache(model: model, capacity: window.tokens.count, type: cacheType)
            for start in stride(from: 0, to: window.tokens.count, by: piece) {
                let tokens = window.tokens[start..<min(start + piece, window.tokens.count)]
                for row in 0..<(try pass.run([.init(cache: cache, tokens: tokens, logits: .all)])) {
                    let position = start + row
                    result.add(
                        pass.logits(row), next: window.tokens[(position + 1)...].first,
                        mostLikely: window.mostLikely[position], kernels: kernels)
                }
            }
        }
        return result
    }

    @Test(
        "Perplexity is within 0.5 % and the most likely token is that of float32 at 98 % of 4,096 places",
        arguments: Variant.all.dropFirst())
    func boundsHold(variant: Variant) throws {
        let reference = try ReferenceText.load()
        let found = try Self.measure(reference.windows, kernels: variant.kernels)
        #expect(found.positions == 4096)
        #expect(abs(found.perplexity / reference.perplexity - 1) <= 0.005)
        #expect(found.agreement >= 0.98)
    }

    @Test("The same holds with keys and values of 8 bits")
    func boundsHoldWithSmallCache() throws {
        let reference = try ReferenceText.load()
        let found = try Self.measure(reference.windows, kernels: .best, cacheType: .q8)
        #expect(found.positions == 4096)
        #expect(abs(found.perplexity / reference.perplexity - 1) <= 0.005)
        #expect(found.agreement >= 0.98)
    }

    @Test("The plain kernels agree with float32 on the first tokens")
    func plainKernels() throws {
        let window = try #require(try ReferenceText.load().windows.first)
        let count = 24
        let start = ReferenceText.Window(
            tokens: Array(window.tokens[..<count]), nextLogProbabilities: [],
            mostLikely: Array(window.mostLikely[..<count]))
        let found = try Self.measure([start], kernels: Variant.all[0].kernels)
        for (value, wanted) in zip(found.logProbabilities, window.nextLogProbabilities) {
            #expect(abs(value - wanted) <= 0.1)
        }
    }
}
