// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import LLMCore
internal import NIOCore
internal import NIOHTTP1

/// Sends questions to servers over connections that are kept and shared.
///
/// Redirects are answers like any other, so that no key follows one to another server.
public final class HTTPTransport: Sendable {
    /// One for everybody who needs no settings of their own.
    public static let shared = HTTPTransport()

    private let client: HTTPClient
    private let settings: TransportSettings

    /// Makes a transport with connections of its own.
    public init(_ settings: TransportSettings = TransportSettings()) {
        self.settings = settings
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
        self.client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    deinit {
        // The client keeps itself until its connections are closed.
        self.client.shutdown { _ in }
    }

    /// Sends a question and waits until the answer begins.
    ///
    /// - Returns: Status, headers, and a body that is still to be read.
    /// - Throws: ``TransportError``; `CancellationError`.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let place = request.redactedURL
        let deadline = request.timeLimit.map { NIODeadline.now() + TimeAmount($0) } ?? .distantFuture
        var sent = HTTPClientRequest(url: request.url)
        sent.method = request.method
        sent.headers = request.headers
        if let body = request.body { sent.body = .bytes(body) }
        let response: HTTPClientResponse
        do {
            do {
                response = try await self.client.execute(sent, deadline: deadline)
            } catch  where meetsClosedConnection(error, isRepeatable: request.isRepeatable) {
                response = try await self.client.execute(sent, deadline: deadline)
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
