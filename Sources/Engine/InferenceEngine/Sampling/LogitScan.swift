// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Passes over a row of logits; not-a-number counts as minus infinity.
struct LogitScan {
    let kernels: Kernels

    typealias Logits = UnsafeMutableBufferPointer<Float>

    /// Logits that are looked at together; small, so that most blocks hold nothing that is wanted.
    private static let block = 32

    /// The first of the largest logits, found in one pass.
    func largest(_ logits: Logits) -> (token: Int, logit: Float) {
        var best = -Float.infinity
        var start = 0
        let size = 1024
        for block in stride(from: 0, to: logits.count, by: size) {
            let maximum = self.maximum(logits, block, size)
            if maximum > best { (best, start) = (maximum, block) }
        }
        let end = min(start + size, logits.count)
        return ((start..<end).first { logits[$0] == best } ?? 0, best)
    }

    /// The sum of `exp((logit - maximum) * factor)`.
    func sum(_ logits: Logits, maximum: Float, factor: Float) -> Double {
        let sum = self.kernels.table.pointee.sum_exp(logits.baseAddress, logits.count, maximum, factor)
        guard sum.isNaN else { return sum }
        for index in logits.indices where logits[index].isNaN { logits[index] = -.infinity }
        return self.kernels.table.pointee.sum_exp(logits.baseAddress, logits.count, maximum, factor)
    }

    /// Visits the logits that are not below a floor, in order; what `body` returns is the floor from there on.
    @inline(__always)
    func visit(_ logits: Logits, from floor: Float, _ body: (_ token: Int, _ logit: Float) -> Float) {
        var floor = floor
        for start in stride(from: 0, to: logits.count, by: Self.block) {
            guard self.maximum(logits, start, Self.block) >= floor else { continue }
            for token in start..<min(start + Self.block, logits.count) where logits[token] >= floor {
                floor = body(token, logits[token])
            }
        }
    }

    /// The entropy of the distribution, in nats.
    ///
    /// - Parameter total: The sum of `exp(logit - maximum)`.
    func entropy(_ logits: Logits, maximum: Float, total: Double) -> Double {
        var weighted = 0.0
        // What is further down adds less than 0.0000002 nats, even if all of 50,000 tokens were there.
        self.visit(logits, from: maximum - 30) { _, logit in
            let score = logit - maximum
            weighted += Double(score * expf(score))
            return maximum - 30
        }
        return log(total) - weighted / total
    }

    private func maximum(_ logits: Logits, _ start: Int, _ size: Int) -> Float {
        self.kernels.table.pointee.maximum(logits.baseAddress.map { $0 + start }, min(size, logits.count - start))
    }
}
