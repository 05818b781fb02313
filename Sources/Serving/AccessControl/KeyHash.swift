// SPDX-License-Identifier: Apache-2.0

internal import Crypto

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The SHA-256 of a key, as it is kept in place of the key: `sha256:` and 64 digits.
///
/// A key is 256 random bits, which nobody finds by trying; so its hash needs neither salt nor slowness
/// (decision 60).
package struct KeyHash: Sendable, Hashable, CustomStringConvertible {
    private static let prefix = "sha256:"
    private let bytes: [UInt8]

    /// Hashes a key.
    package init(of secret: String) { self.bytes = Array(SHA256.hash(data: Data(secret.utf8))) }

    /// Reads a hash as it is written; nil where it is none.
    package init?(written text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let digits = Array(text.dropFirst(Self.prefix.count).utf8)
        guard digits.count == 2 * SHA256.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// The hash as it is written.
    package var description: String {
        Self.prefix + self.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The beginning, by which hashes are found.
    var beginning: UInt64 { self.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// Whether two hashes are the same, in a time that does not tell where they differ.
    func matches(_ other: KeyHash) -> Bool {
        guard self.bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for index in self.bytes.indices { difference |= self.bytes[index] ^ other.bytes[index] }
        return difference == 0
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

/// Keys that are handed out.
package enum APISecret {
    /// How a key begins, by which people and scanners of repositories know it.
    package static let prefix = "sk-autoglm-"
    /// The fewest characters of a key that somebody made himself; what is shorter can be found by trying.
    package static let shortest = 20
    private static let length = 32

    /// A new key of 256 random bits.
    package static func make(using generator: inout some RandomNumberGenerator) -> String {
        let bytes = (0..<Self.length).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        let base64 = Data(bytes).base64EncodedString()
        return Self.prefix
            + String(base64.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}
