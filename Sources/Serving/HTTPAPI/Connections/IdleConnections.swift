// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Ends a connection of HTTP/2 that had no request for some time.
///
/// The client is told, as when the server ends; one that does not answer is left.
final class IdleConnections: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let idleTime: TimeAmount
    private let grace: TimeAmount
    private var streams = 0
    private var end: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(_ idleTime: Duration, patience: ClientPatience) {
        self.idleTime = TimeAmount(idleTime)
        self.grace = TimeAmount(patience.readTime)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.wait()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.end?.cancel()
    }

    /// A stream was opened.
    func opened(_ stream: any Channel) {
        self.streams += 1
        self.end?.cancel()
        let connection = NIOLoopBound(self, eventLoop: stream.eventLoop)
        stream.closeFuture.whenComplete { _ in connection.value.closed() }
    }

    private func closed() {
        self.streams -= 1
        if self.streams == 0 { self.wait() }
    }

    private func wait() {
        guard let context else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        self.end = context.eventLoop.scheduleTask(in: self.idleTime) {
            let (connection, context) = bound.value
            // Whoever manages the connection says goodbye, and closes when the client has heard it.
            context.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            connection.end = context.eventLoop.scheduleTask(in: connection.grace) {
                bound.value.1.close(promise: nil)
            }
        }
    }
}
