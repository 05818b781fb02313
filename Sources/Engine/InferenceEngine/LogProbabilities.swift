// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Natural log-probabilities of a row of logits.
struct LogProbabilities {
    private let logSum: Double
    /// The most likely tokens, most likely first.
    let top: [(token: Int32, logProbability: Float)]
    private let before: [Float]

    /// Computes the normaliser, and the `top` most likely tokens.
    init(_ logits: UnsafeMutableBufferPointer<Float>, top count: Int, kernels: Kernels) {
        let logSum = Self.normalizer(of: logits, kernels: kernels)
        self.logSum = logSum
        self.before = Array(logits)
        self.top = Self.largest(count, of: logits).map { ($0, Float(Double(logits[Int($0)]) - logSum)) }
    }

    /// What to take off a logit to get its log-probability.
    static func normalizer(of logits: UnsafeMutableBufferPointer<Float>, kernels: Kernels) -> Double {
        let maximum = kernels.table.pointee.maximum(logits.baseAddress, logits.count)
        let sum = kernels.table.pointee.sum_exp(logits.baseAddress, logits.count, maximum, 1)
        return Double(maximum) + log(sum)
    }

    /// The log-probability of a token, whatever was done to the logits since.
    func value(of token: Int32) -> Float { Float(Double(self.before[Int(token)]) - self.logSum) }

    private static func largest(_ count: Int, of logits: UnsafeMutableBufferPointer<Float>) -> [Int32] {
        var best: [Int32] = []
        if count < 1 { return best }
        for token in logits.indices {
            if best.count == count, let last = best.last, logits[token] <= logits[Int(last)] { continue }
            let place = best.firstIndex { logits[Int($0)] < logits[token] } ?? best.count
            best.insert(Int32(token), at: place)
            if best.count > count { best.removeLast() }
        }
        return best
    }
}
