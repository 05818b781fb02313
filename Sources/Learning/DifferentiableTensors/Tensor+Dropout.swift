// SPDX-License-Identifier: Apache-2.0

internal import _Differentiation

extension Tensor {
    /// The numbers with some of them zero, the others larger by as much (Srivastava et al., 2014).
    ///
    /// Which ones depends on the seed and their places alone, so that a step can be repeated, by any number of threads.
    /// - Parameters:
    ///   - rate: The share of zeros, from 0 to less than 1.
    ///   - seed: Which ones.
    ///   - row: The number of the first row where this is only a part of what is dropped from.
    @differentiable(reverse,wrt: self)
    package func dropping(_ rate: Float, seed: UInt64, from row: Int = 0) -> Tensor {
        precondition((0..<1).contains(rate), "A rate of \(rate) drops everything.")
        if rate == 0 { return self }
        let (bound, factor, first) = (UInt64(Double(rate) * 0x1p32), 1 / (1 - rate), UInt64(row * self.columns))
        return Tensor.make(self.shape) { out in
            ComputePool.current.compute { workers in
                workers.run { share in
                    for index in share.of(self.count) {
                        let isKept = SeededNumbers.bits(seed, first + UInt64(index)) >> 32 >= bound
                        out[index] = isKept ? self.base[index] * factor : 0
                    }
                }
            }
        }
    }

    @derivative(of: dropping, wrt: self)
    package func droppingDerivative(
        _ rate: Float, seed: UInt64, from row: Int = 0
    ) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        (self.dropping(rate, seed: seed, from: row), { $0.isZero ? $0 : $0.dropping(rate, seed: seed, from: row) })
    }
}
