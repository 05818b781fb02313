// SPDX-License-Identifier: Apache-2.0

internal import Crypto
public import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// An Ed25519 signature (RFC 8032) of a manifest, which names its library by its hash.
///
/// Signed are the bytes of `plugin.yaml` without its one line `signature: …`, so that anything which knows Ed25519
/// can sign and verify: `grep -v '^signature: ' plugin.yaml`.
public struct PluginSignature: Sendable, Hashable {
    private let bytes: [UInt8]

    init?(base64: String) {
        guard let data = Data(base64Encoded: base64), data.count == 64 else { return nil }
        self.bytes = Array(data)
    }

    /// Whether it is that of some bytes by a public key of 32 bytes.
    func isValid(for message: [UInt8], key: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
        return key.isValidSignature(self.bytes, for: message)
    }

    /// The bytes of a manifest that are signed, and the signature as its line has it.
    ///
    /// A line is left out only if it can be nothing but a signature, and ends where YAML ends it: whatever else is left out of what is
    /// signed could be read as something that nobody has signed.
    /// - Throws: ``PluginError`` with code `.invalidManifest` if what is signed would not be what is read.
    static func parts(of manifest: String) throws(PluginError) -> (signed: [UInt8], signature: String?) {
        // YAML ends lines at these, too.
        guard !manifest.unicodeScalars.contains(where: { "\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) })
        else {
            throw PluginError(
                .invalidManifest, "A signed manifest must end its lines with LF alone: no CR, NEL, U+2028 or U+2029.")
        }
        let lines = manifest.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let signatures = lines.filter { $0.starts(with: "signature:".utf8) }
        guard let line = signatures.first else { return (Array(manifest.utf8), nil) }
        let value = line.dropFirst("signature: ".utf8.count)
        guard signatures.count == 1, line.starts(with: "signature: ".utf8), !value.isEmpty,
            value.allSatisfy(Self.isBase64)
        else {
            throw PluginError(
                .invalidManifest,
                "A signed manifest must have one line 'signature: …' in base64, and no other of that beginning.")
        }
        let rest = lines.filter { !$0.starts(with: "signature:".utf8) }
        return (Array(rest.joined(separator: "\n".utf8)), String(decoding: value, as: UTF8.self))
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}

/// The secret half of a key with which plugins are signed.
public struct PluginSigningKey: Sendable {
    private let seed: [UInt8]

    /// Makes a new key.
    public init() { self.seed = Array(Curve25519.Signing.PrivateKey().rawRepresentation) }

    /// Reads a key: its 32 bytes in base64, as ``base64`` gives them.
    ///
    /// - Throws: ``PluginError`` with code `.badKey` for anything else.
    public init(base64: String) throws(PluginError) {
        guard let data = Data(base64Encoded: base64), data.count == 32 else {
            throw PluginError(.badKey, "That is no key to sign with: it must be 32 bytes in base64.")
        }
        self.seed = Array(data)
    }

    /// The key in base64; who has it can sign in its owner's name.
    public var base64: String { Data(self.seed).base64EncodedString() }

    /// The public half in base64, for `trusted-keys` of a policy.
    ///
    /// - Throws: An error of the key.
    public func publicKey() throws -> String {
        try Curve25519.Signing.PrivateKey(rawRepresentation: self.seed).publicKey.rawRepresentation
            .base64EncodedString()
    }

    /// A manifest with its signature in the last line, instead of one that it had.
    ///
    /// - Parameter manifest: The text of `plugin.yaml`.
    /// - Throws: ``PluginError`` with code `.invalidManifest` for lines that YAML reads otherwise; an error of the key.
    public func signed(_ manifest: String) throws -> String {
        var message = try PluginSignature.parts(of: manifest).signed
        if message.last != UInt8(ascii: "\n") { message.append(UInt8(ascii: "\n")) }
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: self.seed)
        let signature = try key.signature(for: message).base64EncodedString()
        return String(decoding: message, as: UTF8.self) + "signature: \(signature)\n"
    }
}
