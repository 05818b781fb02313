// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// Which connections go by way of a proxy.
public struct ProxyRules: Sendable, Hashable {
    /// The proxy's URL for each scheme of a server's; what is malformed is told to who needs it.
    private let proxies: [String: String]
    private let exceptions: ProxyExceptions

    /// Every connection is direct.
    public static let direct = ProxyRules(proxies: [:], exceptions: "")

    private init(proxies: [String: String], exceptions: String) {
        self.proxies = proxies.filter { !$0.value.isEmpty }
        self.exceptions = ProxyExceptions(exceptions)
    }

    /// Connections go by a proxy, except to this machine.
    ///
    /// - Parameters:
    ///   - url: The proxy: `http://host:port`, with a name and a password if it wants them, or `socks5://host:port`.
    ///   - exceptions: What is asked directly all the same, as `NO_PROXY` has it.
    /// - Throws: ``TransportError`` with code `.invalidProxy` where the URL is none.
    public init(url: String, exceptions: String = "") throws {
        _ = try ProxyServer(url)
        self.init(proxies: ["http": url, "https": url], exceptions: exceptions)
    }

    /// What the environment says: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in large or in small letters.
    ///
    /// - Parameter environment: The variables; nil is those of this process.
    public static func environment(_ environment: [String: String]? = nil) -> ProxyRules {
        let environment = environment ?? ProcessInfo.processInfo.environment
        func value(_ name: String) -> String? {
            // Where a server runs programs, a client chooses the variable HTTP_PROXY by its header `Proxy`.
            let isForged = name == "HTTP_PROXY" && environment["REQUEST_METHOD"] != nil
            return environment[name.lowercased()] ?? (isForged ? nil : environment[name])
        }
        let all = value("ALL_PROXY") ?? ""
        return ProxyRules(
            proxies: ["http": value("HTTP_PROXY") ?? all, "https": value("HTTPS_PROXY") ?? all],
            exceptions: value("NO_PROXY") ?? "")
    }

    /// The proxy for a server; nil asks it directly.
    ///
    /// - Throws: ``TransportError`` with code `.invalidProxy` where the proxy's URL is none.
    package func server(for url: String) throws -> ProxyServer? {
        guard !self.proxies.isEmpty, let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            let proxy = self.proxies[scheme], let host = parts.host
        else { return nil }
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let isDirect = self.exceptions.contain(host: name, port: parts.port ?? (scheme == "https" ? 443 : 80))
        return isDirect ? nil : try ProxyServer(proxy)
    }
}
