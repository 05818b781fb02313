// SPDX-License-Identifier: Apache-2.0

internal import EventLoops
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP2
internal import NIOHTTPTypesHTTP2
internal import RemoteTransport

/// A client's connection of HTTP/2, each of whose streams is one request.
struct MultiplexedConnection: ServerChildChannel {
    /// A connection and the streams that its client opens.
    struct Value: ServerChildChannelValue {
        let streams: NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>
        let channel: any Channel
    }

    /// The most requests of one client at a time.
    private static let streams = 100
    /// What a client may send before it is asked for more; of all streams together and of each.
    private static let window = 256 << 10

    let responder: HTTPChannelHandler.Responder
    let limits: LiveLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let limits = self.limits.current
            let pipeline = channel.pipeline.syncOperations
            let idleness = IdleConnections(limits.idleTime, patience: limits.patience)
            let connection = NIOLoopBound(idleness, eventLoop: channel.eventLoop)
            let streams = try pipeline.configureAsyncHTTP2Pipeline(
                mode: .server,
                connectionManagerConfiguration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil),
                http2HandlerConfiguration: Self.configuration(limits)
            ) { stream in
                connection.value.opened(stream)
                return Self.setup(stream: stream, limits)
            }
            try pipeline.addHandler(idleness)
            return Value(streams: streams, channel: channel)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let http = HTTP1Channel(responder: self.responder)
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            do {
                try await withThrowingDiscardingTaskGroup { group in
                    for try await stream in value.streams.inbound {
                        group.addTask { await http.answer(stream, logger: logger) }
                    }
                }
            } catch { logger.debug("A connection of HTTP/2 ended: \(error)") }
            try? await value.channel.close()
        }
    }

    private static func configuration(_ limits: ServerLimits) -> NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.window),
        ]
        (configuration.connection.targetWindowSize, configuration.stream.targetWindowSize) = (Self.window, Self.window)
        return configuration
    }

    private static func setup(
        stream: any Channel, _ limits: ServerLimits
    ) -> EventLoopFuture<HTTP1Channel.Value> {
        stream.eventLoop.makeCompletedFuture {
            let pipeline = stream.pipeline.syncOperations
            try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
            try pipeline.addHandler(FlushGathering())
            try pipeline.addHandler(SlowStreams(limits))
            return try HTTP1Channel.Value(wrappingChannelSynchronously: stream)
        }
    }
}
