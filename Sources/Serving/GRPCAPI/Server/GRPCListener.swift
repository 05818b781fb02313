// SPDX-License-Identifier: Apache-2.0

internal import GRPCNIOTransportHTTP2
internal import NIOCore
internal import NIOPosix
internal import ServerTLS

/// Accepts the connections of gRPC; the transport's own listener reads its certificate once, and waits for handshakes forever.
struct GRPCListener: HTTP2ServerTransport.ListenerFactory {
    let host: String
    let port: Int
    let backlog: Int
    let tls: TLSContexts?
    let handshakeTime: Duration

    var eventLoopGroup: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never> {
        try await ServerBootstrap(group: self.eventLoopGroup)
            .serverChannelOption(.backlog, value: Int32(clamping: self.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
            .bind(host: self.host, port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try self.tls?.secure(channel, for: .grpc, within: self.handshakeTime)
                }.flatMap { _ in
                    connectionConfigurator.configure(
                        channel: channel, tls: self.tls == nil ? .none : .configured(requireALPN: false))
                }.map { connection in
                    // One that comes while the server ends is taken by nobody; freed before its channel is closed, it would end the
                    // process.
                    channel.closeFuture.whenComplete { _ in withExtendedLifetime(connection) {} }
                    return connection
                }
            }
    }
}
