// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOHTTP1
internal import WebSocketServing

/// Ends a connection whose first request does not come, or is none, and keeps what that asks for.
final class FirstRequest: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias OutboundOut = HTTPServerResponsePart

    /// What a client of WebSocket asks for.
    var visit: SocketDoor.Visit?
    private let patience: TimeAmount
    private var limit: Scheduled<Void>?

    init(_ patience: Duration) { self.patience = TimeAmount(patience) }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        self.limit = context.eventLoop.scheduleTask(in: self.patience) { bound.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.limit?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        self.limit?.cancel()
        context.fireChannelInactive()
    }

    /// What is no HTTP is told so; nobody else would.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.fireErrorCaught(error) }
        let head = HTTPResponseHead(
            version: .http1_1, status: .badRequest, headers: ["Connection": "close", "Content-Length": "0"])
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
