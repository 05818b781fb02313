// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import LLMCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Observability
internal import Synchronization

/// Sends questions to servers over connections that are kept and shared.
///
/// Redirects are answers like any other, so that no key follows one to another server.
public final class HTTPTransport: Sendable {
    /// One for everybody who needs no settings of their own.
    public static let shared = HTTPTransport()

    private let direct: HTTPClient
    /// Those that connect by way of a proxy, made when they are needed.
    private let proxied = Mutex<[ProxyServer: HTTPClient]>([:])
    /// How connections are made and what an answer may cost.
    package let settings: TransportSettings

    /// Makes a transport with connections of its own.
    public init(_ settings: TransportSettings = TransportSettings()) {
        self.settings = settings
        self.direct = Self.client(settings)
    }

    private static func client(_ settings: TransportSettings, proxy: ProxyServer? = nil) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(
                connect: TimeAmount(settings.connectTimeout), read: TimeAmount(settings.readTimeout)),
            connectionPool: HTTPClient.Configuration.ConnectionPool(
                idleTimeout: TimeAmount(settings.idleTimeout),
                concurrentHTTP1ConnectionsPerHostSoftLimit: settings.connectionsPerHost))
        configuration.httpVersion = .automatic
        configuration.dnsOverride = settings.addresses
        // Whether to try again is for whoever asks to decide.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.proxy = proxy?.configuration
        // Requests carry their trace on by themselves; the client's own spans would show what URLs hold.
        configuration.tracing.tracer = nil
        configuration.http1_1ConnectionDebugInitializer = { channel in
            KeptConnectionWatch.add(to: channel).flatMapThrowing {
                try channel.pipeline.syncOperations.addHandler(FlushGathering(), position: .first)
            }
        }
        if let authorities = settings.authorities {
            var encryption = TLSConfiguration.makeClientConfiguration()
            encryption.trustRoots = .certificates(authorities.certificates)
            configuration.tlsConfiguration = encryption
        }
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    deinit {
        // Clients keep themselves until their connections are closed.
        self.direct.shutdown { _ in }
        for client in self.proxied.withLock({ $0.values }) { client.shutdown { _ in } }
    }

    /// Who connects to a server.
    private func client(for url: String) throws -> HTTPClient {
        guard let proxy = try self.settings.proxies.server(for: url) else { return self.direct }
        return self.proxied.withLock { clients in
            if let client = clients[proxy] { return client }
            let client = Self.client(self.settings, proxy: proxy)
            clients[proxy] = client
            return client
        }
    }

    /// Sends a question and waits until the answer begins.
    ///
    /// - Returns: Status, headers, and a body that is still to be read.
    /// - Throws: ``TransportError``; `CancellationError`.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let place = request.url.redactedURL
        let deadline = request.timeLimit.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
        var sent = HTTPClientRequest(url: request.url)
        sent.method = request.method
        sent.headers = request.headers
        TraceContext.propagate { sent.headers.replaceOrAdd(name: $0, value: $1) }
        if let body = request.body { sent.body = .bytes(body) }
        let client = try self.client(for: request.url)
        let response: HTTPClientResponse
        do {
            do {
                response = try await client.execute(sent, deadline: deadline)
            } catch  where meetsClosedConnection(error, isRepeatable: request.isRepeatable) {
                response = try await client.execute(sent, deadline: deadline)
            }
        } catch { throw transportError(error, at: place, isAnswered: false) }
        return TransportResponse(
            status: Int(response.status.code), headers: response.headers,
            body: TransportBody(
                base: response.body, transport: self, place: place, deadline: deadline,
                maximumBytes: self.settings.maximumResponseBytes)
        )
    }
}
