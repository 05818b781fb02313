// SPDX-License-Identifier: Apache-2.0

internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP2
internal import NIOTLS
internal import ServerTLS

/// A client's connection that is encrypted, inside which the client chooses between HTTP/2 and HTTP/1.1.
struct SecureConnection: ServerChildChannel {
    typealias Negotiated = NIONegotiatedHTTPVersion<ClientConnection.Value, MultiplexedConnection.Value>

    /// A connection whose sides may not agree yet.
    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    private let http1: ClientConnection
    private let http2: MultiplexedConnection
    private let tls: TLSContexts

    init(http1: ClientConnection, tls: TLSContexts) {
        self.http1 = http1
        self.http2 = MultiplexedConnection(responder: http1.responder, limits: http1.limits)
        self.tls = tls
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.setOption(.allowRemoteHalfClosure, value: false).flatMapThrowing {
            try self.tls.secure(channel, for: .http, within: self.http1.limits.patience.headTime)
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result, channel in
                switch result {
                case .negotiated("h2"): self.http2.setup(channel: channel, logger: logger).map { .http2($0) }
                case .negotiated("http/1.1"), .fallback:
                    self.http1.setup(channel: channel, logger: logger).map { .http1_1($0) }
                case .negotiated:
                    channel.close().flatMap { channel.eventLoop.makeFailedFuture(NIOHTTP2Errors.invalidALPNToken()) }
                }
            }
            try channel.pipeline.syncOperations.addHandler(negotiation)
            return Value(negotiated: negotiation.protocolNegotiationResult, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http1_1(let connection): await self.http1.handle(value: connection, logger: logger)
            case .http2(let connection): await self.http2.handle(value: connection, logger: logger)
            }
        } catch { logger.debug("A client did not agree on encryption: \(error)") }
    }
}
