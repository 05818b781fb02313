// SPDX-License-Identifier: Apache-2.0

/// A fast hash of short byte strings, seeded anew in every process so that no file can be made to collide.
enum ByteHash {
    /// The process's seed.
    static let seed = UInt64.random(in: 1 ... .max) | 1

    /// Hashes bytes.
    @inline(__always)
    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var state = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var offset = 0
        while bytes.count - offset >= 8 {
            state = Self.mix(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), seed)
            offset += 8
        }
        var tail: UInt64 = 0
        if bytes.count - offset >= 4 {
            tail = UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            offset += 4
        }
        while offset < bytes.count {
            tail = tail << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return Self.mix(state ^ tail, seed)
    }

    /// Hashes a number.
    @inline(__always)
    static func hash(_ number: UInt64, seed: UInt64) -> UInt64 { Self.mix(number ^ seed, seed) }

    /// Multiplies to 128 bits and folds the halves.
    @inline(__always)
    private static func mix(_ a: UInt64, _ seed: UInt64) -> UInt64 {
        let product = (a ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: seed ^ 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
