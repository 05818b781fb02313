// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Sends what is written in one turn of the event loop by one call of the system.
///
/// Head, body and end of a message are writes with a flush each; the events of a stream that arrive together leave
/// together, too. Nothing waits for longer than the turn.
package final class FlushGathering: ChannelOutboundHandler, RemovableChannelHandler {
    package typealias OutboundIn = NIOAny

    private var isDue = false

    /// Makes one for one connection.
    package init() {}

    package func flush(context: ChannelHandlerContext) {
        guard !self.isDue else { return }
        self.isDue = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (gathering, context) = bound.value
            gathering.send(context)
        }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        self.send(context)
        context.close(mode: mode, promise: promise)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.send(context) }

    private func send(_ context: ChannelHandlerContext) {
        guard self.isDue else { return }
        self.isDue = false
        context.flush()
    }
}
