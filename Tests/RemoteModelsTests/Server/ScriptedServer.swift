// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server on this machine that answers from a script, for tests of what speaks with real ones.
final class ScriptedServer: Sendable {
    /// What arrived.
    struct Request: Sendable {
        var method: HTTPMethod
        var path: String
        var headers: HTTPHeaders
        var body: [UInt8]

        /// The body as JSON.
        var json: JSONValue { (try? JSONValue(parsing: self.body)) ?? .null }
    }

    /// What goes back.
    struct Reply: Sendable {
        /// What follows the last piece.
        enum End: Sendable, Equatable {
            case complete
            /// The connection breaks.
            case cutOff
            /// The connection is closed before the answer begins.
            case closed
            /// Nothing: the client must go away.
            case silence
        }

        var status = 200
        var headers: HTTPHeaders = [:]
        /// The body; each piece is sent by itself.
        var pieces: [[UInt8]] = []
        var end = End.complete
    }

    private struct State {
        var requests: [Request] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Request) -> Reply
    private let isEncrypted: Bool
    private let channel = Mutex<(any Channel)?>(nil)
    let abandonments: AsyncStream<Void>
    private let abandonment: AsyncStream<Void>.Continuation

    private init(_ answer: @escaping @Sendable (Request) -> Reply, isEncrypted: Bool) {
        self.answer = answer
        self.isEncrypted = isEncrypted
        (self.abandonments, self.abandonment) = AsyncStream.makeStream()
    }

    /// Runs a server while a test talks to it; an encrypted one shows ``TestCertificate``.
    static func run<Value>(
        _ answer: @escaping @Sendable (Request) -> Reply, isEncrypted: Bool = false,
        _ body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let server = ScriptedServer(answer, isEncrypted: isEncrypted)
        let encryption = try isEncrypted ? Self.encryption() : nil
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let encryption {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: encryption))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Exchange(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLock { $0 = channel }
        do {
            let value = try await body(server)
            try await channel.close().get()
            return value
        } catch {
            try? await channel.close().get()
            throw error
        }
    }

    private static func encryption() throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificate.pem.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificate.key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key)))
    }

    /// The port at which it answers.
    var port: Int { self.channel.withLock { $0?.localAddress?.port ?? 0 } }

    /// Where it answers, without a slash at the end.
    var url: String { self.isEncrypted ? "https://localhost:\(self.port)" : "http://127.0.0.1:\(self.port)" }

    /// Everything that arrived so far.
    var requests: [Request] { self.state.withLock { $0.requests } }

    fileprivate func reply(to request: Request) -> Reply {
        self.state.withLock { $0.requests.append(request) }
        return self.answer(request)
    }

    fileprivate func wasAbandoned() { self.abandonment.yield() }
}

/// One connection: collects a request, writes the reply.
private final class Exchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: ScriptedServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isSilent = false

    init(_ server: ScriptedServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): (self.head, self.body) = (head, [])
        case .body(let bytes): self.body += bytes.readableBytesView
        case .end:
            guard let head else { return }
            let request = ScriptedServer.Request(
                method: head.method, path: head.uri, headers: head.headers, body: self.body)
            self.write(self.server.reply(to: request), context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if self.isSilent { self.server.wasAbandoned() }
    }

    private func write(_ reply: ScriptedServer.Reply, context: ChannelHandlerContext) {
        if case .closed = reply.end { return context.close(promise: nil) }
        var headers = reply.headers
        headers.add(name: "transfer-encoding", value: "chunked")
        let status = HTTPResponseStatus(statusCode: reply.status)
        context.writeAndFlush(
            self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
            promise: nil)
        for piece in reply.pieces {
            context.writeAndFlush(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: piece)))), promise: nil)
        }
        switch reply.end {
        case .complete: context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        case .cutOff, .closed: context.close(promise: nil)
        case .silence: self.isSilent = true
        }
    }
}
