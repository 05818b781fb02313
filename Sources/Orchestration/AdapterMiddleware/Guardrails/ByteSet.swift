// SPDX-License-Identifier: Apache-2.0

/// A set of bytes below 128.
struct ByteSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// The bytes of a text.
    init(_ text: StaticString) {
        text.withUTF8Buffer { for byte in $0 where byte < 128 { self.insert(byte) } }
    }

    /// Some bytes; those from 128 on are left out.
    init(_ bytes: some Sequence<UInt8>) { for byte in bytes where byte < 128 { self.insert(byte) } }

    private mutating func insert(_ byte: UInt8) {
        if byte < 64 { self.low |= 1 << UInt64(byte) } else { self.high |= 1 << UInt64(byte - 64) }
    }

    /// Whether a byte is one of the set.
    func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case ..<64: self.low >> UInt64(byte) & 1 == 1
        case ..<128: self.high >> UInt64(byte - 64) & 1 == 1
        default: false
        }
    }

    static let digits = Self("0123456789")
    static let alphanumerics = Self("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    static let upper = Self("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    static let tokens = Self("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-")
    static let base64 = Self("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-+/=.")
}
