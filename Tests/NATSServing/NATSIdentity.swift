// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import Foundation

/// Keys and JWTs as NATS writes them, which tests make for their servers (after NATS' ADR-14 and the nkeys' README).
package struct NATSIdentity: Sendable {
    /// What a key is for.
    package enum Kind: UInt8, Sendable {
        /// Vouches for accounts.
        case `operator` = 112
        /// Vouches for users.
        case account = 0
        /// Connects.
        case user = 160
    }

    private let kind: Kind
    private let key = Curve25519.Signing.PrivateKey()

    /// Makes a key.
    package init(_ kind: Kind) { self.kind = kind }

    /// The public part, such as `U…`.
    package var publicKey: String { Self.text([self.kind.rawValue] + Array(self.key.publicKey.rawRepresentation)) }

    /// The secret part, such as `SU…`.
    package var seed: String {
        let (seed, kind) = (UInt8(144), self.kind.rawValue)
        return Self.text([seed | kind >> 5, (kind & 31) << 3] + Array(self.key.rawRepresentation))
    }

    /// A JWT that vouches for a key, signed by this one.
    package func token(for other: NATSIdentity, _ name: String, _ claims: String) throws -> String {
        let header = #"{"typ":"JWT","alg":"ed25519-nkey"}"#
        let body = """
            {"jti":"\(UUID().uuidString)","iat":\(Int(Date().timeIntervalSince1970)),"iss":"\(self.publicKey)",\
            "name":"\(name)","sub":"\(other.publicKey)","nats":\(claims)}
            """
        let text = "\(Self.base64(Array(header.utf8))).\(Self.base64(Array(body.utf8)))"
        let signature = try self.key.signature(for: Data(text.utf8))
        return "\(text).\(Self.base64(Array(signature)))"
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// Bytes and their checksum in base 32 (RFC 4648), without padding.
    private static func text(_ bytes: [UInt8]) -> String {
        let check = bytes.reduce(UInt16(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
        }
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = (bytes + [UInt8(check & 0xFF), UInt8(check >> 8)]).flatMap { byte in
            (0..<8).map { byte >> (7 - $0) & 1 }
        }
        return String(
            stride(from: 0, to: bits.count, by: 5).map { start in
                alphabet[(0..<5).reduce(0) { $0 << 1 | Int(start + $1 < bits.count ? bits[start + $1] : 0) }]
            })
    }
}
