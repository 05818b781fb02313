// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import EventLoops
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Answers what can be answered at once before any task hears of it.
///
/// A request is held while its parts come in one read. What is not complete by then, what no immediate route answers, and what
/// follows a request that is still being answered by the routes goes on to the server's tasks as it came.
final class ImmediateRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let replies: ImmediateReplies
    private let turns: ImmediateTurns
    private var turn: EventLoopTurn<ImmediateTurns.Waiting>?
    private var context: ChannelHandlerContext?
    private var held: (head: HTTPRequest, body: ByteBuffer?)?
    /// What is held, once it is complete: it is answered at the end of this turn or soon after.
    private var waiting: ImmediateReplies.Item?
    private var isWaiting: Bool { self.waiting != nil }
    /// What came after it.
    private var later: Deque<HTTPRequestPart> = []
    /// Whether more is to be read after it, and whether the connection is to end then.
    private var (wantsRead, wantsEnd) = (false, false)
    /// Requests that went on and are not answered yet.
    private var openRequests = 0

    init(_ turns: ImmediateTurns) {
        self.replies = turns.replies
        self.turns = turns
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.turn = self.turns.turn(of: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        let left = self.waiting
        (self.context, self.turn, self.held, self.waiting) = (nil, nil, nil, nil)
        self.later.removeAll()
        // The client has gone away. Whoever is told of that finds nobody to answer.
        left?.exchange?.fail(CancellationError())
        left?.call.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = self.unwrapInboundIn(data)
        if self.isWaiting { self.later.append(part) } else { self.take(part, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !self.isWaiting { self.passOn(context) }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.openRequests -= 1 }
        context.write(data, promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        if self.isWaiting { self.wantsRead = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Who closes idle connections does not know that one is waiting.
        if self.isWaiting, event is ChannelShouldQuiesceEvent {
            self.wantsEnd = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            guard self.openRequests == 0, self.replies.take(head) else {
                self.openRequests += 1
                return context.fireChannelRead(self.wrapInboundOut(part))
            }
            self.held = (head, nil)
        case .body(var bytes):
            guard self.held != nil else { return context.fireChannelRead(self.wrapInboundOut(part)) }
            if self.held?.body?.writeBuffer(&bytes) == nil { self.held?.body = bytes }
        case .end(let trailers):
            if trailers == nil, let held, let item = self.replies.read(held.head, held.body ?? ByteBuffer()) {
                self.waiting = item
                self.turn?.add((item, { self.answer($0) }))
            } else {
                self.passOn(context)
                context.fireChannelRead(self.wrapInboundOut(part))
            }
        }
    }

    /// Sends the reply to what is held, and looks at what came after it.
    private func answer(_ reply: WholeReply?) {
        self.waiting = nil
        // The client may have gone away.
        guard let context else { return }
        if let reply {
            self.held = nil
            self.send(reply, context)
        } else {
            self.passOn(context)
            context.fireChannelRead(self.wrapInboundOut(.end(nil)))
            context.fireChannelReadComplete()
        }
        if !self.later.isEmpty {
            while !self.isWaiting, let part = self.later.popFirst() { self.take(part, context) }
            if !self.isWaiting { self.passOn(context) }
            context.fireChannelReadComplete()
        }
        self.resume(context)
    }

    /// Does what was put off while a request waited.
    private func resume(_ context: ChannelHandlerContext) {
        guard !self.isWaiting else { return }
        if self.wantsRead {
            self.wantsRead = false
            context.read()
        }
        if self.wantsEnd {
            self.wantsEnd = false
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
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
