// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// Closes connections of clients that are too slow, whatever their reason; stands before everything that reads HTTP.
final class SlowClients: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    fileprivate let watch: PaceWatch

    init(_ limits: ServerLimits) { self.watch = PaceWatch(limits) }

    /// Added when the connection is made, and looks until it ends.
    func handlerAdded(context: ChannelHandlerContext) {
        self.watch.start(context) { [unowned self] message, context in
            let reply = ConnectionReply(.requestTimeout, message)
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: reply.bytes)), promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.watch.stop() }

    func channelInactive(context: ChannelHandlerContext) {
        self.watch.stop()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        self.watch.isReading = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.watch.isReading = false
        self.watch.pace.received(self.unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }
}

/// Tells ``SlowClients`` where requests and answers begin and end, and answers what is no HTTP.
final class RequestBoundaries: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var watch: PaceWatch?

    func handlerAdded(context: ChannelHandlerContext) {
        self.watch = try? context.pipeline.syncOperations.handler(type: SlowClients.self).watch
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head: self.watch?.pace.readHead()
        case .body: break
        case .end: self.watch?.pace.readBody()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head: self.watch?.pace.began()
        case .body: break
        case .end: self.watch?.pace.answered()
        }
        context.write(data, promise: promise)
    }

    /// What is no HTTP is answered here, with a reason; nothing after it can be understood.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, self.watch?.pace.owesAnswer == true else {
            return context.fireErrorCaught(error)
        }
        let reply =
            error == .headerOverflow
            ? ConnectionReply.tooManyHeaders
            : ConnectionReply(.badRequest, "The request is no HTTP that can be read (\(error)).")
        for part in reply.parts { context.write(self.wrapOutboundOut(part), promise: nil) }
        context.flush()
        // Closed for reading, too, with bytes on their way, the system would take back what was just written.
        context.close(mode: .output, promise: nil)
    }
}
