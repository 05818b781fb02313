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
/// Signed are the bytes of `plugin.yaml` without the line that begins with `signature:`, so that anything which knows Ed25519
/// can sign and verify: `grep -v '^signature:' plugin.yaml`.
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

    /// The bytes of a manifest that are signed.
    static func signedBytes(of manifest: String) -> [UInt8] {
        let lines = manifest.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return Array(lines.filter { !$0.starts(with: "signature:".utf8) }.joined(separator: "\n".utf8))
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
    /// - Throws: An error of the key.
    public func signed(_ manifest: String) throws -> String {
        var message = PluginSignature.signedBytes(of: manifest)
        if message.last != UInt8(ascii: "\n") { message.append(UInt8(ascii: "\n")) }
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: self.seed)
        let signature = try key.signature(for: message).base64EncodedString()
        return String(decoding: message, as: UTF8.self) + "signature: \(signature)\n"
    }
}
