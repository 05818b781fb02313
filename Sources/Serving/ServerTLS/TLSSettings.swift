// SPDX-License-Identifier: Apache-2.0

/// How a server shows who it is, and what it asks of its clients; all files are PEM.
package struct TLSSettings: Sendable, Hashable {
    /// Whether clients show certificates.
    package enum ClientCertificates: String, Sendable, CaseIterable {
        /// They are not asked for one.
        case none
        /// One that is shown must be good.
        case optional
        /// Whoever shows none is refused.
        case required
    }

    /// A version of the protocol.
    package enum Version: String, Sendable, CaseIterable {
        /// TLS 1.2.
        case v12 = "1.2"
        /// TLS 1.3.
        case v13 = "1.3"
    }

    /// The file of the server's certificate, and behind it those that vouch for it.
    package var certificate: String
    /// The file of its key, without a passphrase.
    package var key: String
    /// The file of the authorities that vouch for clients.
    package var clientAuthorities: String?
    /// Whether clients show certificates of these authorities.
    package var clientCertificates = ClientCertificates.none
    /// The oldest version that is spoken.
    package var minimumVersion = Version.v12

    /// A server that asks its clients for nothing.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
