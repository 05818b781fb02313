// SPDX-License-Identifier: Apache-2.0

/// A hash that is the same in every process, on every machine: FNV-1a with 128 bits.
package enum StableHash {
    /// The hash of a text, in 32 hexadecimal digits.
    package static func hexadecimal(_ text: String) -> String {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in text.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
