// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
internal import LLMCore

/// A server that hands connections on.
package struct ProxyServer: Sendable, Hashable {
    private let isSocks: Bool
    private let host: String
    private let port: Int
    private let user: String?
    private let password: String

    /// Reads a proxy's URL: `http://host:port`, with a name and a password if it wants them, or `socks5://host:port`.
    ///
    /// - Throws: ``TransportError`` with code `.invalidProxy`; the URL is not repeated, since it may hold a password.
    package init(_ url: String) throws {
        // Without a scheme, variables of the environment name an HTTP proxy.
        let parts = URLComponents(
            string: url.contains("://") ? url : "http://\(url)", encodingInvalidCharacters: false)
        guard let parts, let host = parts.host, !host.isEmpty, let port = Self.ports[parts.scheme?.lowercased() ?? ""],
            ["", "/"].contains(parts.path), parts.query == nil, 1...65_535 ~= parts.port ?? port
        else {
            throw TransportError(
                .invalidProxy,
                "A proxy is named by a URL such as http://proxy.example:3128 or socks5://localhost:1080, which this is not."
            )
        }
        self.isSocks = parts.scheme?.lowercased().hasPrefix("socks") == true
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = parts.port ?? port
        self.user = parts.user
        self.password = parts.password ?? ""
    }

    /// The ports that proxies of a scheme usually have; those whose own connection is encrypted are not known.
    private static let ports = ["http": 80, "socks5": 1080, "socks5h": 1080, "socks": 1080]

    /// The same for the HTTP client.
    var configuration: HTTPClient.Configuration.Proxy {
        guard !self.isSocks else { return .socksServer(host: self.host, port: self.port) }
        return .server(
            host: self.host, port: self.port,
            authorization: self.user.map { .basic(username: $0, password: self.password) })
    }
}
