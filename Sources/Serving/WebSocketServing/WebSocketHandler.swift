// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOWebSocket

/// Makes messages of a client's frames: answers pings, asks for signs of life, and ends the connection with a code that says
/// why.
///
/// A connection that ends is still read for a while: a client that is sending would otherwise see it reset, and not why.
package final class WebSocketHandler: ChannelDuplexHandler {
    package typealias InboundIn = WebSocketFrame
    package typealias InboundOut = WebSocketMessage
    package typealias OutboundIn = WebSocketReply
    package typealias OutboundOut = WebSocketFrame

    private let limits: WebSocketLimits
    private let pace: WebSocketPace
    private var assembly: WebSocketAssembly
    private var look: RepeatedTask?
    private var hasAsked = false
    private var isReading = true
    private var isClosing = false

    private init(_ limits: WebSocketLimits, _ pace: WebSocketPace) {
        self.limits = limits
        self.pace = pace
        self.assembly = WebSocketAssembly(limits)
    }

    /// Adds what makes messages to a connection that already decodes frames (`NIOWebSocketServerUpgrader` without its own
    /// handling of errors).
    package static func add(to channel: any Channel, _ limits: WebSocketLimits) throws {
        let pace = WebSocketPace()
        try channel.pipeline.syncOperations.addHandler(pace, position: .first)
        try channel.pipeline.syncOperations.addHandler(WebSocketHandler(limits, pace))
    }

    // MARK: - The connection

    package func handlerAdded(context: ChannelHandlerContext) {
        let pause = TimeAmount(self.limits.silence / 4)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        self.look = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
            let (handler, context) = bound.value
            handler.lookAtClient(context)
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.look?.cancel() }

    package func channelInactive(context: ChannelHandlerContext) {
        self.look?.cancel()
        context.fireChannelInactive()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: self.close(context, WebSocketClosing(.goingAway, "the server ends"))
        // A client that has closed its sending half without a close frame has gone away.
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Asks a silent client for a sign of life, and ends the connection of one that gives none or takes too long.
    private func lookAtClient(_ context: ChannelHandlerContext) {
        guard !self.isClosing else { return }
        guard self.isReading else { return self.pace.wait() }
        let now = NIODeadline.now()
        let silence = TimeAmount(self.limits.silence)
        if let begin = self.pace.begin, now - begin > TimeAmount(self.limits.messageTime) {
            self.close(context, WebSocketClosing(.policy, "a message took too long"))
        } else if now - self.pace.lastBytes >= silence + silence {
            self.close(context, WebSocketClosing(.policy, "no sign of life came"))
        } else if now - self.pace.lastBytes >= silence, !self.hasAsked {
            self.hasAsked = true
            context.writeAndFlush(self.wrapOutboundOut(Self.frame(.ping, ByteBuffer())), promise: nil)
        }
    }

    // MARK: - In

    package func read(context: ChannelHandlerContext) {
        self.isReading = true
        context.read()
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        // What comes while the connection ends is read and dropped, whether somebody wants it or not.
        self.isReading = self.isClosing
        if self.isClosing { context.read() }
        context.fireChannelReadComplete()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = self.unwrapInboundIn(data)
        guard !self.isClosing else {
            if frame.opcode == .connectionClose { context.close(promise: nil) }
            return
        }
        self.hasAsked = false
        let action = self.assembly.take(frame)
        self.pace.took(messageIsUnderWay: self.assembly.isUnderWay)
        switch action {
        case .wait: break
        case .deliver(let message): context.fireChannelRead(self.wrapInboundOut(message))
        case .pong(let payload):
            // A client that asks and does not read gets no more answers than it has room for.
            guard context.channel.isWritable else { break }
            context.writeAndFlush(self.wrapOutboundOut(Self.frame(.pong, payload)), promise: nil)
        case .close(let payload):
            self.isClosing = true
            context.writeAndFlush(self.wrapOutboundOut(Self.frame(.connectionClose, payload)), promise: nil)
            context.close(promise: nil)
        case .refuse(let closing): self.close(context, closing)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength: self.close(context, .tooLarge(self.limits))
        case .fragmentedControlFrame, .multiByteControlFrameLength:
            self.close(context, WebSocketClosing(.protocolError, "a control frame is fragmented or too long"))
        case nil: context.close(promise: nil)
        }
    }

    // MARK: - Out

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .text(let text) where !self.isClosing:
            context.write(self.wrapOutboundOut(Self.frame(.text, ByteBuffer(string: text))), promise: promise)
        case .text: promise?.succeed()
        case .close(let closing):
            self.close(context, closing)
            promise?.succeed()
        }
    }

    /// Tells the client why the connection ends, and waits for its own word of it, but not for long.
    private func close(_ context: ChannelHandlerContext, _ closing: WebSocketClosing) {
        guard !self.isClosing else { return }
        self.isClosing = true
        context.writeAndFlush(self.wrapOutboundOut(Self.frame(.connectionClose, closing.payload)), promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(self.limits.closing)) { bound.value.close(promise: nil) }
        context.read()
    }

    private static func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: opcode, data: payload)
    }
}
