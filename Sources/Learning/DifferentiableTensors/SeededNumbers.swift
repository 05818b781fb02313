// SPDX-License-Identifier: Apache-2.0

/// Random numbers that are the same for the same seed (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator, Sendable {
    private let seed: UInt64
    private var place: UInt64 = 0

    /// Begins with a seed; any number will do.
    package init(seed: UInt64) { self.seed = seed }

    /// The next number.
    package mutating func next() -> UInt64 {
        defer { self.place += 1 }
        return Self.bits(self.seed, self.place)
    }

    /// The number at a place.
    static func bits(_ seed: UInt64, _ place: UInt64) -> UInt64 {
        var mixed = seed &+ (place &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
