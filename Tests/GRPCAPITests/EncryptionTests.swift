// SPDX-License-Identifier: Apache-2.0

import CertificateIssuing
import GRPCCore
import GRPCNIOTransportHTTP2
import GRPCProtobuf
import KServeProtocol
import NIOCore
import NIOPosix
import ServerTLS
import Testing

@Suite("Encryption of gRPC")
struct EncryptionTests {
    private let authority: CertificateIssuer
    private let folder: CertificateFolder

    init() throws {
        (self.authority, self.folder) = (try CertificateIssuer(), try CertificateFolder())
    }

    private func settings(_ clients: TLSSettings.ClientCertificates) throws -> TLSSettings {
        let identity = try self.authority.issue("server")
        var settings = TLSSettings(
            certificate: try self.folder.write(identity.certificate, "server.pem"),
            key: try self.folder.write(identity.key, "server.key"))
        settings.clientAuthorities = try self.folder.write(self.authority.authority, "clients.pem")
        settings.clientCertificates = clients
        return settings
    }

    private func security(showing identity: CertificateIssuer.Identity?) -> HTTP2ClientTransport.Posix.TransportSecurity
    {
        .tls { tls in
            tls.trustRoots = .certificates([.bytes(Array(self.authority.authority.utf8), format: .pem)])
            guard let identity else { return }
            tls.certificateChain = [.bytes(Array(identity.certificate.utf8), format: .pem)]
            tls.privateKey = .bytes(Array(identity.key.utf8), format: .pem)
        }
    }

    /// Whether a client is answered; one that is refused tries again until its time is over.
    private static func isLive(
        _ server: LiveGRPC, _ security: HTTP2ClientTransport.Posix.TransportSecurity,
        within time: Duration = .seconds(120)
    ) async -> Bool {
        let answer = try? await server.withClient(security) { client in
            var options = CallOptions.defaults
            options.timeout = time
            return try await Inference_GRPCInferenceService.Client(wrapping: client)
                .serverLive(.init(), options: options).live
        }
        return answer == true
    }

    @Test("Calls are encrypted, also after the certificate was replaced; without encryption nobody is answered")
    func calls() async throws {
        let settings = try self.settings(.none)
        let contexts = try TLSContexts(settings)
        try await LiveGRPC.run(tls: contexts) { server in
            #expect(await Self.isLive(server, self.security(showing: nil)))
            #expect(await !Self.isLive(server, .plaintext, within: .seconds(2)))
            contexts.replace(try TLSFiles(try self.settings(.none)))
            #expect(await Self.isLive(server, self.security(showing: nil)))
        }
    }

    @Test("Whoever must show a certificate and does not is refused")
    func clientCertificates() async throws {
        let contexts = try TLSContexts(try self.settings(.required))
        let stranger = try CertificateIssuer().issue("client")
        let known = try self.authority.issue("client")
        try await LiveGRPC.run(tls: contexts) { server in
            #expect(await !Self.isLive(server, self.security(showing: nil), within: .seconds(2)))
            #expect(await !Self.isLive(server, self.security(showing: stranger), within: .seconds(2)))
            #expect(await Self.isLive(server, self.security(showing: known)))
        }
    }

    @Test("A handshake that is not finished in time ends the connection")
    func halfHandshake() async throws {
        let contexts = try TLSContexts(try self.settings(.none))
        try await LiveGRPC.run(tls: contexts, beginTime: .milliseconds(100)) { server in
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await channel.closeFuture.get()
        }
    }
}
