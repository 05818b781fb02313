// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// A proxy on this machine: whatever host is asked for, it connects to one server.
final class TestProxy: Sendable {
    /// The heads of all requests, with what they asked to be connected to.
    let requests = Mutex<[String]>([])
    private let channel = Mutex<(any Channel)?>(nil)
    fileprivate let target: Int
    fileprivate let refuses: Bool

    private init(target: Int, refuses: Bool) {
        self.target = target
        self.refuses = refuses
    }

    /// Where it answers.
    var url: String { "http://127.0.0.1:\(self.channel.withLock { $0?.localAddress?.port ?? 0 })" }

    /// Runs a proxy while a test uses it.
    ///
    /// - Parameters:
    ///   - target: The port on this machine to which every connection leads.
    ///   - refuses: Whether it wants a password that it takes from nobody.
    static func run<Value>(
        target: Int, refuses: Bool = false, _ body: (TestProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = TestProxy(target: target, refuses: refuses)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Tunnel(proxy))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.channel.withLock { $0 = channel }
        do {
            let value = try await body(proxy)
            try await channel.close().get()
            return value
        } catch {
            try? await channel.close().get()
            throw error
        }
    }
}

/// One connection: reads `CONNECT`, connects to the target, then carries bytes both ways.
private final class Tunnel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let proxy: TestProxy
    private var head = ""
    private var isHeadRead = false
    /// What arrived before the target was connected.
    private var early: [ByteBuffer] = []
    private var other: (any Channel)?

    init(_ proxy: TestProxy) { self.proxy = proxy }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = self.unwrapInboundIn(data)
        if self.isHeadRead {
            if let other { other.writeAndFlush(bytes, promise: nil) } else { self.early.append(bytes) }
            return
        }
        self.head += String(buffer: bytes)
        guard self.head.hasSuffix("\r\n\r\n") else { return }
        self.isHeadRead = true
        self.proxy.requests.withLock { $0.append(self.head) }
        guard !self.proxy.refuses else {
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: refusal)), promise: nil)
            return
        }
        self.connect(context: context)
    }

    func channelInactive(context: ChannelHandlerContext) { self.other?.close(promise: nil) }

    private func connect(context: ChannelHandlerContext) {
        let client = context.channel
        let (tunnel, loop) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.eventLoop)
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(WayBack(to: client))
                }
            }
            .connect(host: "127.0.0.1", port: self.proxy.target)
            .whenSuccess { target in
                client.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"), promise: nil)
                tunnel.value.other = target
                for bytes in tunnel.value.early { target.writeAndFlush(bytes, promise: nil) }
            }
    }
}

/// Carries what the target says back to the client.
private final class WayBack: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: any Channel

    init(to client: any Channel) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.client.writeAndFlush(self.unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { self.client.close(promise: nil) }
}
