// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2
internal import LLMCore
internal import RemoteTransport

/// The connections to one server, which are made when they are needed and closed with this object.
final class GRPCConnections: Sendable {
    /// Makes calls over them.
    let client: GRPCClient<HTTP2ClientTransport.Posix>

    /// Names a server.
    ///
    /// - Parameters:
    ///   - url: Where it answers.
    ///   - authorities: Who vouches for it; nil are those whom the system trusts.
    /// - Throws: ``LLMError`` with code `.invalidRequest` where the URL is not `grpc://host:port` or `grpcs://host:port`.
    init(to url: String, authorities: CertificateAuthorities?) throws {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            ["", "/"].contains(parts.path)
        else {
            throw LLMError(
                .invalidRequest,
                "'\(url.redactedURL)' is no URL of a gRPC server; one looks like grpc://localhost:8001.")
        }
        let isEncrypted = parts.scheme == "grpcs"
        let client = GRPCClient(
            transport: try HTTP2ClientTransport.Posix(
                target: .dns(host: host, port: parts.port ?? (isEncrypted ? 443 : 8001)),
                transportSecurity: isEncrypted ? Self.encryption(authorities) : .plaintext,
                config: .defaults {
                    // A server that comes back is to be found again before anybody gives up on it.
                    $0.backoff.initial = .milliseconds(100)
                    $0.backoff.max = .seconds(5)
                }))
        self.client = client
        Task { try? await client.runConnections() }  // ends when this object, which alone has the client, shuts it down
    }

    private static func encryption(
        _ authorities: CertificateAuthorities?
    ) -> HTTP2ClientTransport.Posix.TransportSecurity {
        .tls { tls in
            if let authorities { tls.trustRoots = .certificates([.bytes(authorities.pem, format: .pem)]) }
        }
    }

    deinit { self.client.beginGracefulShutdown() }
}
