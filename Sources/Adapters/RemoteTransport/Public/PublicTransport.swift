// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Sends requests to servers on the internet, and to no other, whoever chose the URL.
///
/// The host is looked up once, every address of it must be public, and the connection goes to one of those addresses: a
/// name that changes its address in between (DNS rebinding) gains nothing.
package struct PublicTransport: Sendable {
    private let settings: TransportSettings
    private let localHosts: Set<String>
    private let resolver: any NameResolver

    /// Makes a transport.
    ///
    /// - Parameters:
    ///   - settings: How connections are made; each exchange has one of its own.
    ///   - localHosts: Hosts that are allowed whatever their addresses, by name or address.
    ///   - resolver: Finds the addresses of hosts.
    package init(
        _ settings: TransportSettings = TransportSettings(), localHosts: Set<String> = [],
        resolver: any NameResolver = SystemResolver()
    ) {
        self.settings = settings
        self.localHosts = localHosts
        self.resolver = resolver
    }

    /// Sends a request and waits until the answer begins; redirects are answers like any other.
    ///
    /// - Throws: ``TransportError``, with code `.refusedAddress` for a URL or a server that is not allowed;
    ///   `CancellationError`.
    package func send(_ request: TransportRequest) async throws -> TransportResponse {
        let url = try WebURL(request.url)
        var settings = self.settings
        // A proxy would look the host up again.
        settings.proxies = .direct
        settings.addresses = [url.host: try await self.allowedAddress(of: url).description]
        var checked = request
        checked.url = url.text
        return try await HTTPTransport(settings).send(checked)
    }

    private func allowedAddress(of url: WebURL) async throws -> IPAddress {
        let addresses =
            if let address = url.address { [address] } else { try await self.resolver.addresses(of: url.host) }
        let isAllowed = self.localHosts.contains(url.host) || addresses.allSatisfy(\.isPublic)
        guard let first = addresses.first, isAllowed else {
            throw TransportError(.refusedAddress, "Asking '\(url.host)' is not allowed: it is not on the internet.")
        }
        return first
    }
}
