// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Why a server cannot encrypt.
package enum TLSDomain: ErrorDomain {
    /// The family's name.
    package static let name = "tls"
}

/// An error of a server's certificates, with the file and what to do.
package typealias TLSError = DomainError<TLSDomain>

extension TLSError.Code where Domain == TLSDomain {
    /// A file cannot be read, or holds no certificate or key that can be used.
    package static var invalidFile: Self { "invalid-file" }
    /// The key is not that of the certificate.
    package static var keyMismatch: Self { "key-mismatch" }
    /// The settings contradict each other.
    package static var invalidSettings: Self { "invalid-settings" }
}
