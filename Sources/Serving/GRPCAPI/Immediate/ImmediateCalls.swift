// SPDX-License-Identifier: Apache-2.0

internal import EventLoops
internal import GRPCCore
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Answers the call of a stream, if that can be done at once, before the transport sees its headers.
///
/// A call is held until its message is complete. What is too large for that, and what ``ImmediateInference`` leaves, goes on to the
/// transport as it came.
final class ImmediateCalls: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private enum State {
        /// No headers have come.
        case idle
        /// The call's headers have come, and perhaps parts of its message.
        case held(HPACKHeaders, ByteBuffer)
        /// The message is complete, and is answered at the end of this turn or soon after.
        case waiting(HPACKHeaders, ByteBuffer, ImmediateInference.Call)
        /// The call is the transport's.
        case passing
        case answered
    }

    private let turns: ImmediateTurns
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var isWatched = false

    init(_ turns: ImmediateTurns) { self.turns = turns }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        let left = self.state
        (self.context, self.state) = (nil, .answered)
        // The client has gone away. Whoever is told of that finds nobody to answer.
        if case .waiting(_, _, let call) = left { call.cancel() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .answered = self.state { self.watchReader(context) }
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (self.state, self.unwrapInboundIn(data)) {
        case (.idle, .headers(let part)) where !part.endStream && self.turns.inference.takes(part.headers):
            self.state = .held(part.headers, ByteBuffer())
        case (.held(let headers, let body), .data(let part)) where Self.holds(body, part):
            self.hold(headers, body, part, context)
        case (.idle, .headers), (.held, .headers), (.held, .data):
            self.passOn(context)
            context.fireChannelRead(data)
        default: context.fireChannelRead(data)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, case .held = self.state {
            // The transport tells who does not complete its call that the server ends.
            self.passOn(context)
            context.fireChannelReadComplete()
        }
        context.fireUserInboundEventTriggered(event)
    }

    private static func holds(_ body: ByteBuffer, _ part: HTTP2Frame.FramePayload.Data) -> Bool {
        body.readableBytes + part.data.readableBytes <= ImmediateInference.mostBytes
    }

    private func hold(
        _ headers: HPACKHeaders, _ body: ByteBuffer, _ part: HTTP2Frame.FramePayload.Data,
        _ context: ChannelHandlerContext
    ) {
        guard case .byteBuffer(var bytes) = part.data else { return }
        var body = body
        if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
        self.state = .held(headers, body)
        guard part.endStream else { return }
        guard let call = self.turns.inference.read(headers, body) else {
            return self.passOn(context, isComplete: true)
        }
        self.state = .waiting(headers, body, call)
        self.turns.turn(of: context.eventLoop).add((call, { self.send($0) }))
    }

    private func send(_ answer: ImmediateInference.Answer?) {
        // The client may have gone away.
        guard let context, case .waiting(let headers, let body, _) = self.state else { return }
        guard let answer else {
            self.state = .held(headers, body)
            self.passOn(context, isComplete: true)
            return context.fireChannelReadComplete()
        }
        self.state = .answered
        for payload in answer.payloads { context.write(self.wrapOutboundOut(payload), promise: nil) }
        context.flush()
        self.watchReader(context)
    }

    /// Has a client looked at that does not take its answer at once.
    private func watchReader(_ context: ChannelHandlerContext) {
        guard !self.isWatched, !context.channel.isWritable else { return }
        self.isWatched = true
        try? SlowReaders.watch(context.channel)
    }

    /// Gives what is held to the transport, and all that follows.
    private func passOn(_ context: ChannelHandlerContext, isComplete: Bool = false) {
        let state = self.state
        self.state = .passing
        try? SlowReaders.watch(context.channel)
        guard case .held(let headers, let body) = state else { return }
        context.fireChannelRead(self.wrapInboundOut(.headers(.init(headers: headers))))
        guard isComplete || body.readableBytes > 0 else { return }
        let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(body), endStream: isComplete)
        context.fireChannelRead(self.wrapInboundOut(.data(data)))
    }
}
