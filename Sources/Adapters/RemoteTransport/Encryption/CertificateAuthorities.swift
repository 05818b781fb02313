// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
internal import NIOSSL

/// Who vouches for servers, in place of those whom the system trusts.
public struct CertificateAuthorities: Sendable, Hashable {
    /// Their certificates as PEM.
    package let pem: [UInt8]
    /// The same, read.
    let certificates: [NIOSSLCertificate]

    /// Reads a file of certificates in the form PEM.
    ///
    /// - Throws: ``TransportError`` with code `.invalidCertificates` where the file cannot be read or holds none.
    public init(file path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TransportError(.invalidCertificates, "Cannot read the certificates in the file '\(path)'.")
        }
        self.pem = Array(data)
        do {
            self.certificates = try NIOSSLCertificate.fromPEMBytes(self.pem)
        } catch {
            throw TransportError(
                .invalidCertificates, "The file '\(path)' holds no certificates in the form PEM.", cause: error)
        }
        guard !self.certificates.isEmpty else {
            throw TransportError(.invalidCertificates, "The file '\(path)' holds no certificates in the form PEM.")
        }
    }
}
