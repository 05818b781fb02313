// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Sends what is written in one turn of the event loop by one call of the system.
///
/// Head, body and end of a reply are three writes, each with a flush of its own; the events of a stream that arrive
/// together leave together, too. Nothing waits for longer than the turn.
final class FlushGathering: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny

    private var isDue = false

    func flush(context: ChannelHandlerContext) {
        guard !self.isDue else { return }
        self.isDue = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (gathering, context) = bound.value
            gathering.send(context)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        self.send(context)
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.send(context) }

    private func send(_ context: ChannelHandlerContext) {
        guard self.isDue else { return }
        self.isDue = false
        context.flush()
    }
}
