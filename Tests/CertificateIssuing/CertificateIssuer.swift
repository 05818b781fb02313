// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import SwiftASN1
import X509

/// An authority of a test's own, and the certificates that it vouches for.
public struct CertificateIssuer: Sendable {
    /// A certificate and its key, as PEM.
    public struct Identity: Sendable {
        /// The certificate.
        public let certificate: String
        /// The key.
        public let key: String
    }

    private let name: DistinguishedName
    private let key: P256.Signing.PrivateKey
    /// The authority's own certificate, as PEM.
    public let authority: String

    /// Makes an authority.
    public init(_ name: String = "Test authority") throws {
        self.key = P256.Signing.PrivateKey()
        self.name = try DistinguishedName { CommonName(name) }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(self.key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3600), notValidAfter: Date(timeIntervalSinceNow: 86_400),
            issuer: self.name, subject: self.name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            },
            issuerPrivateKey: .init(self.key))
        self.authority = try certificate.serializeAsPEM().pemString
    }

    /// Makes a certificate for this machine, or for a client.
    ///
    /// - Parameters:
    ///   - name: Its common name.
    ///   - lifetime: How many seconds it is valid from now.
    public func issue(_ name: String, lifetime: Double = 86_400) throws -> Identity {
        let key = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3600), notValidAfter: Date(timeIntervalSinceNow: lifetime),
            issuer: self.name, subject: try DistinguishedName { CommonName(name) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
            },
            issuerPrivateKey: .init(self.key))
        return Identity(certificate: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
    }
}

/// Certificates and keys in a folder of a test's own, removed with the value.
public final class CertificateFolder: Sendable {
    /// The folder.
    public let path: String

    /// Makes a folder.
    public init() throws {
        self.path = NSTemporaryDirectory() + "autoglm-certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    /// Writes a file, and gives its path.
    @discardableResult
    public func write(_ text: String, _ name: String) throws -> String {
        let path = "\(self.path)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}
