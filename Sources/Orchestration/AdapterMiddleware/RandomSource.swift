// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Random numbers for many tasks, the same every time where a seed is given (SplitMix64).
public final class RandomSource: Sendable {
    private let state: Atomic<UInt64>

    /// Starts from a seed.
    public init(seed: UInt64 = .random(in: 0 ... .max)) { self.state = Atomic(seed) }

    /// A number of 64 bits, without asking the system.
    package func bits() -> UInt64 {
        var mixed = self.state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to, but not including, 1.
    func unit() -> Double { Double(self.bits() >> 11) * 0x1p-53 }
}
