// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Natural log-probabilities of a row of logits.
struct LogProbabilities {
    /// The most likely tokens, most likely first; of equals the lower number first.
    private(set) var top: [(token: Int32, logProbability: Float)] = []
    private var logSum = 0.0
    private let count: Int
    private var scan: LogitScan

    /// Prepares to find the `top` most likely tokens.
    init(top count: Int, kernels: Kernels) {
        self.count = count
        self.scan = LogitScan(kernels: kernels)
    }

    /// Computes the normaliser and the most likely tokens of a row.
    mutating func read(_ logits: UnsafeMutableBufferPointer<Float>) {
        let maximum = self.scan.begin(logits).logit
        self.logSum = self.scan.logSum(logits, maximum: maximum)
        self.top.removeAll(keepingCapacity: true)
        guard self.count > 0 else { return }
        var best = self.top
        self.top = []
        // Logits until the end, then log-probabilities. What is impossible is no alternative.
        let possible = -Float.greatestFiniteMagnitude
        self.scan.visit(logits, from: possible) { token, logit in
            if best.count == self.count {
                guard let last = best.last, logit > last.logProbability else { return logit }
                best.removeLast()
            }
            let place = best.firstIndex { $0.logProbability < logit } ?? best.count
            best.insert((Int32(token), logit), at: place)
            return best.count == self.count ? best[best.count - 1].logProbability : possible
        }
        for index in best.indices { best[index].logProbability = self.value(of: best[index].logProbability) }
        self.top = best
    }

    /// The log-probability of a token with this logit.
    func value(of logit: Float) -> Float { Float(Double(logit) - self.logSum) }

    /// What to take off a logit to get its log-probability.
    static func normalizer(of logits: UnsafeMutableBufferPointer<Float>, kernels: Kernels) -> Double {
        let scan = LogitScan(kernels: kernels)
        return scan.logSum(logits, maximum: scan.largest(logits).logit)
    }
}
