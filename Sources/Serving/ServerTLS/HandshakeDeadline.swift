// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOTLS

/// Closes a connection whose client does not agree on encryption in time, or that is to end before it has.
///
/// Who only connects sends nothing that a server of HTTP could see, and would hold a connection for nothing.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let time: TimeAmount
    private var end: Scheduled<Void>?

    init(_ time: Duration) { self.time = TimeAmount(time) }

    func handlerAdded(context: ChannelHandlerContext) {
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        self.end = context.eventLoop.scheduleTask(in: self.time) { context.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.end?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        self.end?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        switch event {
        case TLSUserEvent.handshakeCompleted: context.pipeline.syncOperations.removeHandler(self, promise: nil)
        case is ChannelShouldQuiesceEvent: context.close(promise: nil)
        default: break
        }
    }
}
