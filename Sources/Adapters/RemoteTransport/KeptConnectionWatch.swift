// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOHTTP1

/// A server closed a connection that it had kept, and what was asked on it has no answer: it may have been closing it already
/// while the question was on its way.
struct KeptConnectionClosed: Error {}

/// Tells questions that met the end of a kept connection from those that a server dropped on a fresh one, which it has seen.
///
/// It stands between the client and the reader of HTTP/1.1. Connections of HTTP/2 have none: there, a server says itself what
/// it has not seen.
final class KeptConnectionWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart

    private enum State {
        case unused
        case asked(isKept: Bool)
        case answering
        case kept
    }

    private var state = State.unused

    /// Puts a watch into a connection that was just made.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let reader = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(KeptConnectionWatch(), position: .after(reader))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = self.unwrapOutboundIn(data) {
            if case .kept = self.state { self.state = .asked(isKept: true) } else { self.state = .asked(isKept: false) }
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head, .body: self.state = .answering
        case .end: self.state = .kept
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .asked(isKept: true) = self.state { context.fireErrorCaught(KeptConnectionClosed()) }
        context.fireChannelInactive()
    }
}
