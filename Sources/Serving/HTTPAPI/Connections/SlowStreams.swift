// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes streams of HTTP/2 whose clients are too slow, and refuses too many headers; for a request what ``SlowClients`` and
/// ``RequestBoundaries`` are for a connection of HTTP/1.1.
final class SlowStreams: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let watch: PaceWatch
    private let headers: Int
    private var isRefused = false

    init(_ limits: ServerLimits) {
        self.watch = PaceWatch(limits)
        self.headers = limits.headers
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.watch.start(context) { [unowned self] message, context in
            self.refuse(ConnectionReply(.requestTimeout, message), context)
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
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.watch.pace.readHead()
            self.isRefused = head.headerFields.count > self.headers
            if self.isRefused { self.refuse(.tooManyHeaders, context) }
        case .body(let bytes):
            self.watch.pace.received(bytes.readableBytes)
            if self.isRefused { context.close(promise: nil) }
        case .end: self.watch.pace.readBody()
        }
        if !self.isRefused { context.fireChannelRead(data) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head: self.watch.pace.began()
        case .body: break
        case .end: self.watch.pace.answered()
        }
        context.write(data, promise: promise)
    }

    private func refuse(_ reply: ConnectionReply, _ context: ChannelHandlerContext) {
        for part in reply.streamParts { self.write(context: context, data: self.wrapOutboundOut(part), promise: nil) }
        context.flush()
    }
}
