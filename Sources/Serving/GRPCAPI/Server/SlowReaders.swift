// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Ends streams of whose messages a client takes nothing, and connections that never begin.
///
/// Windows of HTTP/2 stop what is sent to whoever does not read, and keepalive finds who has gone; a client that answers
/// pings and reads nothing would keep its call, and what is behind it, for ever. One look at a time finds it
/// (docs/decisions/0061-connections-are-looked-at.md).
final class SlowReaders: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private struct Stream {
        let channel: any Channel
        /// How many looks have found the client behind, one after the other.
        var behind = 0
    }

    private let interval: Duration
    private let beginLooks: Int
    private let readLooks: Int
    private var streams: [ObjectIdentifier: Stream] = [:]
    private var hasBegun = false
    private var age = 0
    private var looks: RepeatedTask?

    /// Prepares to watch one connection.
    ///
    /// - Parameters:
    ///   - beginTime: How long the first bytes may take.
    ///   - readTime: How long a client may take nothing of what waits for it.
    init(beginTime: Duration, readTime: Duration) {
        let interval = min(.seconds(1), max(.milliseconds(10), min(beginTime, readTime) / 4))
        self.interval = interval
        self.beginLooks = max(1, Int((beginTime / interval).rounded(.up)))
        self.readLooks = max(1, Int((readTime / interval).rounded(.up)))
    }

    /// Watches a connection, from its event loop.
    static func watch(_ connection: any Channel, beginTime: Duration, readTime: Duration) -> EventLoopFuture<Void> {
        connection.eventLoop.makeCompletedFuture {
            try connection.pipeline.syncOperations.addHandler(
                SlowReaders(beginTime: beginTime, readTime: readTime), position: .first)
        }
    }

    /// Watches a stream of a connection that is watched, from its event loop.
    static func watch(_ stream: any Channel) throws {
        try stream.parent?.pipeline.syncOperations.handler(type: SlowReaders.self).add(stream)
    }

    private func add(_ stream: any Channel) {
        let id = ObjectIdentifier(stream)
        self.streams[id] = Stream(channel: stream)
        let watch = NIOLoopBound(self, eventLoop: stream.eventLoop)
        stream.closeFuture.whenComplete { _ in watch.value.streams[id] = nil }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let watch = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pause = TimeAmount(self.interval)
        self.looks = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
            let (handler, context) = watch.value
            handler.look(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.looks?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        self.looks?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.hasBegun = true
        context.fireChannelRead(data)
    }

    private func look(_ context: ChannelHandlerContext) {
        self.age += 1
        guard self.hasBegun || self.age < self.beginLooks else { return context.close(promise: nil) }
        for (id, stream) in self.streams {
            let behind = stream.channel.isWritable ? 0 : stream.behind + 1
            self.streams[id]?.behind = behind
            if behind >= self.readLooks { stream.channel.close(promise: nil) }
        }
    }
}
