// SPDX-License-Identifier: Apache-2.0

/// GrowthBook's hash of a seed and a unit to a number from 0 up to, but not including, 1.
///
/// The same unit lands at the same place in every process, in every language for which GrowthBook has an SDK. Texts are
/// hashed by their UTF-16 code units, as the reference implementation does.
package enum BucketHash {
    /// Version 2: the hash of the hash, so that experiments with other seeds are independent.
    package static func version2(seed: String, unit: String) -> Double {
        Double(self.fnv1a(String(self.fnv1a(seed, unit))) % 10_000) / 10_000
    }

    /// Version 1, which namespaces use.
    package static func version1(seed: String, unit: String) -> Double {
        Double(self.fnv1a(unit, seed) % 1_000) / 1_000
    }

    /// The 32-bit hash of Fowler, Noll and Vo, variant 1a, of texts one after the other.
    private static func fnv1a(_ texts: String...) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for text in texts {
            for unit in text.utf16 { hash = (hash ^ UInt32(unit)) &* 0x0100_0193 }
        }
        return hash
    }
}
