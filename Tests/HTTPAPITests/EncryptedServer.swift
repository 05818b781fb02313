// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import CertificateIssuing
import HTTPAPI
import LLMCore
import NIOCore
import NIOPosix
import NIOSSL
import ServerTLS

/// Certificates for a server of a test, and clients that trust them.
struct EncryptedServer: Sendable {
    let authority: CertificateIssuer
    let folder: CertificateFolder
    let settings: TLSSettings
    let contexts: TLSContexts

    /// Makes an authority and a server's certificate.
    init(
        clients: TLSSettings.ClientCertificates = .none, minimumVersion: TLSSettings.Version = .v12
    ) throws {
        self.authority = try CertificateIssuer()
        self.folder = try CertificateFolder()
        let identity = try self.authority.issue("server")
        var settings = TLSSettings(
            certificate: try self.folder.write(identity.certificate, "server.pem"),
            key: try self.folder.write(identity.key, "server.key"))
        settings.clientAuthorities = try self.folder.write(self.authority.authority, "clients.pem")
        (settings.clientCertificates, settings.minimumVersion) = (clients, minimumVersion)
        self.settings = settings
        self.contexts = try TLSContexts(settings)
    }

    /// How a client encrypts that trusts the authority.
    ///
    /// - Parameter identity: The certificate that it shows; nil for none.
    func client(showing identity: CertificateIssuer.Identity? = nil) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(self.authority.authority.utf8)))
        if let identity {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8))
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem))
        }
        return configuration
    }

    /// Lends a client of HTTP.
    static func withClient<Value: Sendable>(
        _ encryption: TLSConfiguration, _ version: HTTPClient.Configuration.HTTPVersion = .automatic,
        _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(tlsConfiguration: encryption)
        configuration.httpVersion = version
        // One try: a test that is refused wants to know.
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration, body)
    }
}

/// A connection on which a test speaks for itself.
enum PlainConnection {
    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Connects, encrypted where a configuration says how.
    static func open(_ port: Int, _ encryption: TLSConfiguration? = nil) async throws -> Connection {
        let context = try encryption.map { try NIOSSLContext(configuration: $0) }
        return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Sends bytes and reads until the server closes; gives what came.
    static func untilClosed(
        _ port: Int, _ bytes: [UInt8], _ encryption: TLSConfiguration? = nil
    ) async throws -> [UInt8] {
        try await self.open(port, encryption).executeThenClose { inbound, outbound in
            // A server that has closed already may not take them.
            if !bytes.isEmpty { try? await outbound.write(ByteBuffer(bytes: bytes)) }
            var answer: [UInt8] = []
            do {
                for try await part in inbound { answer += part.readableBytesView }
            } catch is IOError {} catch is NIOSSLError {} catch is BoringSSLError {}
            return answer
        }
    }
}
