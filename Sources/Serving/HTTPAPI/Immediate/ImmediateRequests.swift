// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Answers what can be answered at once before any task hears of it.
///
/// A request is held while its parts come in one read. What is not complete by then, what no immediate route answers, and what
/// follows a request that is still being answered goes on to the server's tasks as it came.
final class ImmediateRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let replies: ImmediateReplies
    private var held: (head: HTTPRequest, body: ByteBuffer?)?
    /// Requests that went on and are not answered yet.
    private var openRequests = 0

    init(_ replies: ImmediateReplies) { self.replies = replies }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            guard self.openRequests == 0, self.replies.take(head) else {
                self.openRequests += 1
                return context.fireChannelRead(data)
            }
            self.held = (head, nil)
        case .body(var part):
            guard self.held != nil else { return context.fireChannelRead(data) }
            if self.held?.body?.writeBuffer(&part) == nil { self.held?.body = part }
        case .end(let trailers):
            guard let held else { return context.fireChannelRead(data) }
            guard trailers == nil, let reply = self.replies.reply(to: held.head, held.body ?? ByteBuffer()) else {
                self.passOn(context)
                return context.fireChannelRead(data)
            }
            self.held = nil
            self.send(reply, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.passOn(context)
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.openRequests -= 1 }
        context.write(data, promise: promise)
    }

    private func send(_ reply: WholeReply, _ context: ChannelHandlerContext) {
        let head = HTTPResponse(status: reply.status, headerFields: reply.headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(reply.body)), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Gives what is held to the server's tasks.
    private func passOn(_ context: ChannelHandlerContext) {
        guard let (head, body) = self.held else { return }
        self.held = nil
        self.openRequests += 1
        context.fireChannelRead(self.wrapInboundOut(.head(head)))
        if let body { context.fireChannelRead(self.wrapInboundOut(.body(body))) }
    }
}
