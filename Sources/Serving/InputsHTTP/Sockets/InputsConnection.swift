// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1
internal import NIOWebSocket
internal import WebSocketServing

/// A client's connection: HTTP/1.1, or WebSocket where its first request asks for that.
struct InputsConnection: ServerChildChannel {
    /// What the first request makes of a connection.
    enum Spoken: Sendable {
        case http(HTTP1Channel.Value)
        case socket(NIOAsyncChannel<WebSocketMessage, WebSocketReply>, SocketDoor.Visit)
    }

    /// A connection whose first request may not have come.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let spoken: EventLoopFuture<Spoken>
    }

    let responder: HTTPChannelHandler.Responder
    let door: SocketDoor
    let reader: SocketReader
    let limits: WebSocketLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [self.upgrader], notUpgradingCompletionHandler: { Self.speakHTTP($0, logger) }))
            // As Hummingbird's own channel has it: requests wait in the connection's task, and errors are answered there.
            configuration.enablePipelining = false
            configuration.enableErrorHandling = false
            configuration.enableResponseHeaderValidation = false
            let pipeline = channel.pipeline.syncOperations
            let spoken = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
            let first = FirstRequest(self.limits.messageTime)
            try pipeline.addHandler(first)
            let upgrade = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Spoken>.self)
            try pipeline.addHandler(SocketEntrance(self.door, first), position: .before(upgrade))
            return Value(channel: channel, spoken: spoken)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let spoken = await withTaskCancellationHandler {
            try? await value.spoken.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
        switch spoken {
        case .http(let channel): await HTTP1Channel(responder: self.responder).handle(value: channel, logger: logger)
        case .socket(let channel, let visit):
            do { try await self.reader.read(channel, visit) } catch {
                logger.trace("A connection of WebSocket ended", metadata: ["error": "\(error)"])
            }
        case nil: value.channel.close(promise: nil)
        }
    }

    private var upgrader: NIOTypedWebSocketServerUpgrader<Spoken> {
        let limits = self.limits
        return NIOTypedWebSocketServerUpgrader(
            maxFrameSize: limits.messageBytes, enableAutomaticErrorHandling: false,
            // Who comes this far was let in before.
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let first = try pipeline.handler(type: FirstRequest.self)
                    guard let visit = first.visit else { throw ChannelError.inappropriateOperationForState }
                    try WebSocketHandler.add(to: channel, limits)
                    // Few messages wait, since each may be large.
                    let inbound = try NIOAsyncChannel<WebSocketMessage, WebSocketReply>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 1)))
                    pipeline.removeHandler(first, promise: nil)
                    return .socket(inbound, visit)
                }
            })
    }

    private static func speakHTTP(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Spoken> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let first = try pipeline.handler(type: FirstRequest.self)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
            let inbound = try HTTP1Channel.Value(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            pipeline.removeHandler(first, promise: nil)
            return .http(inbound)
        }
    }
}
