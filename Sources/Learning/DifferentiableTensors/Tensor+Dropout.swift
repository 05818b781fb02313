// SPDX-License-Identifier: Apache-2.0

internal import _Differentiation

extension Tensor {
    /// The numbers with some of them zero, the others larger by as much (Srivastava et al., 2014).
    ///
    /// Which ones depends on the seed and their places alone, so that a step can be repeated, by any number of threads.
    /// - Parameters:
    ///   - rate: The share of zeros, from 0 to less than 1.
    ///   - seed: Which ones.
    @differentiable(reverse,wrt: self)
    package func dropping(_ rate: Float, seed: UInt64) -> Tensor {
        precondition((0..<1).contains(rate), "A rate of \(rate) drops everything.")
        if rate == 0 { return self }
        let (bound, factor) = (UInt64(Double(rate) * 0x1p32), 1 / (1 - rate))
        return Tensor.make(self.shape) { out in
            ComputePool.current.compute { workers in
                workers.run { share in
                    for index in share.of(self.count) {
                        let isKept = Self.bits(seed, UInt64(index)) >> 32 >= bound
                        out[index] = isKept ? self.base[index] * factor : 0
                    }
                }
            }
        }
    }

    @derivative(of: dropping, wrt: self)
    package func droppingDerivative(
        _ rate: Float, seed: UInt64
    ) -> (value: Tensor, pullback: (Tensor) -> Tensor) {
        (self.dropping(rate, seed: seed), { $0.isZero ? $0 : $0.dropping(rate, seed: seed) })
    }

    /// A place's random bits (the mixing of SplitMix64).
    private static func bits(_ seed: UInt64, _ place: UInt64) -> UInt64 {
        var mixed = seed &+ (place &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
