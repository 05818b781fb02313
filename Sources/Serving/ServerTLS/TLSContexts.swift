// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import NIOCore
internal import NIOSSL
internal import Synchronization

/// What connections are encrypted with, shared by all servers of a program; it may be replaced while they serve.
///
/// Connections keep what they began with, so that a new certificate interrupts nobody.
package final class TLSContexts: Sendable {
    /// What is spoken inside; clients choose among it (ALPN).
    package enum Inside: Sendable, CaseIterable {
        /// HTTP/2 or HTTP/1.1.
        case http
        /// gRPC, which is HTTP/2.
        case grpc

        fileprivate var names: [String] { self == .http ? ["h2", "http/1.1"] : ["h2"] }
    }

    private let state: Mutex<TLSFiles>

    /// Reads the files of settings.
    ///
    /// - Throws: ``TLSError`` that names the file and what to do.
    package init(_ settings: TLSSettings) throws { self.state = Mutex(try TLSFiles(settings)) }

    /// Takes what was read anew; connections that there are stay as they are.
    package func replace(_ files: TLSFiles) { self.state.withLock { $0 = files } }

    /// Seconds since 1970 at which the certificate ends.
    package var expiry: Int { self.state.withLock { $0.expiry } }

    /// Encrypts a connection that was just accepted.
    ///
    /// - Parameters:
    ///   - channel: The connection; this must be called on its event loop.
    ///   - inside: What is spoken inside.
    ///   - time: How long a client may take until both sides agree; then the connection is closed.
    package func secure(_ channel: any Channel, for inside: Inside, within time: Duration) throws {
        let context = self.state.withLock { inside == .http ? $0.http : $0.grpc }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: context))
        try pipeline.addHandler(HandshakeDeadline(time))
    }
}

/// What the files of settings say, read and checked.
package struct TLSFiles: Sendable {
    fileprivate let http: NIOSSLContext
    fileprivate let grpc: NIOSSLContext
    /// Seconds since 1970 at which the certificate ends.
    package let expiry: Int

    /// Reads them.
    ///
    /// - Throws: ``TLSError`` that names the file and what to do.
    package init(_ settings: TLSSettings) throws {
        let chain = try Self.certificates(settings.certificate)
        let key = try Self.key(settings.key)
        self.expiry = Int(chain[0].notValidAfter)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = settings.minimumVersion == .v13 ? .tlsv13 : .tlsv12
        switch settings.clientCertificates {
        case .none: break
        case .optional: configuration.certificateVerification = .optionalVerification
        // Clients have names, but no host names.
        case .required: configuration.certificateVerification = .noHostnameVerification
        }
        if settings.clientCertificates != .none {
            guard let path = settings.clientAuthorities else {
                throw TLSError(
                    .invalidSettings, "Clients are asked for certificates; name who vouches for them.")
            }
            configuration.trustRoots = .certificates(try Self.certificates(path))
        }
        func context(_ inside: TLSContexts.Inside) throws -> NIOSSLContext {
            configuration.applicationProtocols = inside.names
            do { return try NIOSSLContext(configuration: configuration) } catch {
                throw TLSError(
                    .keyMismatch,
                    "The key in '\(settings.key)' is not that of the first certificate in '\(settings.certificate)'.",
                    cause: error)
            }
        }
        (self.http, self.grpc) = (try context(.http), try context(.grpc))
    }

    private static func certificates(_ path: String) throws -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do { certificates = try NIOSSLCertificate.fromPEMFile(path) } catch {
            throw self.unreadable(path, "certificates", "'-----BEGIN CERTIFICATE-----'", error)
        }
        guard !certificates.isEmpty else {
            throw self.unreadable(path, "certificates", "'-----BEGIN CERTIFICATE-----'", nil)
        }
        return certificates
    }

    private static func key(_ path: String) throws -> NIOSSLPrivateKey {
        do {
            // Nobody sits before a server who could be asked for a passphrase.
            return try NIOSSLPrivateKey(file: path, format: .pem) { set in set([UInt8]()) }
        } catch { throw self.unreadable(path, "a private key", "'-----BEGIN PRIVATE KEY-----', no passphrase", error) }
    }

    private static func unreadable(_ path: String, _ what: String, _ form: String, _ cause: (any Error)?) -> TLSError {
        TLSError(
            .invalidFile,
            "Cannot read \(what) from the file '\(path)'. It must be there, readable by this user, and PEM (\(form)).",
            cause: cause)
    }
}
