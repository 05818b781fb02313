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

    fileprivate var pace: ClientPace
    private let interval: Duration
    private var isReading = false
    private var looks: RepeatedTask?

    init(_ patience: ClientPatience, idleTime: Duration) {
        self.pace = ClientPace(patience, idleTime: idleTime)
        self.interval = ClientPace.interval(patience)
    }

    /// Added when the connection is made, and looks until it ends.
    func handlerAdded(context: ChannelHandlerContext) {
        let handler = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pause = TimeAmount(self.interval)
        self.looks = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
            let (handler, context) = handler.value
            handler.look(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.looks?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        self.looks?.cancel()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        self.isReading = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.isReading = false
        self.pace.received(self.unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
    }

    private func look(_ context: ChannelHandlerContext) {
        switch self.pace.look(isReading: self.isReading, isWritable: context.channel.isWritable) {
        case nil: return
        case .head: self.refuse("The head of the request did not come in time.", context)
        case .body: self.refuse("The body of the request came too slowly.", context)
        case .reading, .idle: break
        }
        context.close(promise: nil)
    }

    private func refuse(_ message: String, _ context: ChannelHandlerContext) {
        guard self.pace.owesAnswer else { return }
        let reply = ConnectionReply(.requestTimeout, message)
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: reply.bytes)), promise: nil)
    }
}

/// Tells ``SlowClients`` where requests and answers begin and end, and answers what is no HTTP.
final class RequestBoundaries: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var clients: SlowClients?

    func handlerAdded(context: ChannelHandlerContext) {
        self.clients = try? context.pipeline.syncOperations.handler(type: SlowClients.self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head: self.clients?.pace.readHead()
        case .body: break
        case .end: self.clients?.pace.readBody()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head: self.clients?.pace.began()
        case .body: break
        case .end: self.clients?.pace.answered()
        }
        context.write(data, promise: promise)
    }

    /// What is no HTTP is answered here, with a reason; nothing after it can be understood.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, self.clients?.pace.owesAnswer == true else {
            return context.fireErrorCaught(error)
        }
        let reply =
            error == .headerOverflow
            ? ConnectionReply(.requestHeaderFieldsTooLarge, "The headers of the request are too many or too long.")
            : ConnectionReply(.badRequest, "The request is no HTTP that can be read (\(error)).")
        for part in reply.parts { context.write(self.wrapOutboundOut(part), promise: nil) }
        context.flush()
        // Closed for reading, too, with bytes on their way, the system would take back what was just written.
        context.close(mode: .output, promise: nil)
    }
}
