// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Passes over a row of logits; not-a-number counts as minus infinity.
///
/// One pass finds the largest logit of each small block; the passes after it skip the blocks that hold nothing wanted.
struct LogitScan {
    typealias Logits = UnsafeMutableBufferPointer<Float>

    let kernels: Kernels
    /// The largest logit of each block, or more where logits were lowered since.
    private var maxima: [Float] = []

    /// Logits in a block.
    private static let size = 64

    init(kernels: Kernels) { self.kernels = kernels }

    /// The first of the largest logits.
    func largest(_ logits: Logits) -> (token: Int, logit: Float) { self.largest(logits, block: 1024) { _ in } }

    /// The first of the largest logits; visits are about this row from now on.
    mutating func begin(_ logits: Logits) -> (token: Int, logit: Float) {
        var maxima = self.maxima
        self.maxima = []  // One owner, so that its memory is not copied.
        maxima.removeAll(keepingCapacity: true)
        defer { self.maxima = maxima }
        return self.largest(logits, block: Self.size) { maxima.append($0) }
    }

    @inline(__always)
    private func largest(_ logits: Logits, block size: Int, _ body: (Float) -> Void) -> (token: Int, logit: Float) {
        var (best, start) = (-Float.infinity, 0)
        for block in stride(from: 0, to: logits.count, by: size) {
            let count = min(size, logits.count - block)
            let maximum = self.kernels.table.pointee.maximum(logits.baseAddress.map { $0 + block }, count)
            body(maximum)
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

    /// The logarithm of the sum of `exp(logit)`.
    func logSum(_ logits: Logits, maximum: Float) -> Double {
        Double(maximum) + log(self.sum(logits, maximum: maximum, factor: 1))
    }

    /// Visits the logits that are not below a floor, in order; what `body` returns is the floor from there on.
    @inline(__always)
    func visit(_ logits: Logits, from floor: Float, _ body: (_ token: Int, _ logit: Float) -> Float) {
        var floor = floor
        for block in self.maxima.indices where self.maxima[block] >= floor {
            let start = block * Self.size
            for token in start..<min(start + Self.size, logits.count) where logits[token] >= floor {
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
        let floor = maximum - 30
        self.visit(logits, from: floor) { _, logit in
            let score = logit - maximum
            weighted += Double(score * expf(score))
            return floor
        }
        return log(total) - weighted / total
    }
}
