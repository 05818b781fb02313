// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A web server on this machine that answers with what it was asked, and by the path: a status, a size, or nothing ever.
final class EchoServer: Sendable {
    /// What it was asked, each as method, path, idempotency key and body.
    var requests: [String] { self.state.withLock { $0 } }
    private let state = Mutex<[String]>([])

    func note(_ request: String) { self.state.withLock { $0.append(request) } }

    /// Serves while the closure runs.
    static func run(_ body: (EchoServer, _ url: String) async throws -> Void) async throws {
        let server = EchoServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(EchoHandler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(server, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: EchoServer
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ server: EchoServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): (self.head, self.body) = (head, "")
        case .body(let buffer): self.body += String(buffer: buffer)
        case .end: self.answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head = self.head else { return }
        let key = head.headers.first(name: "Idempotency-Key") ?? "none"
        let told = "\(head.method.rawValue) \(head.uri) \(key) \(self.body)"
        self.server.note(told)
        let parts = head.uri.split(separator: "/")
        if parts.first == "never" { return }
        let status = parts.first == "status" ? Int(parts[1]) ?? 500 : 200
        let text =
            switch parts.first {
            case "size": String(repeating: "x", count: Int(parts[1]) ?? 0)
            case "authorization", "status": "{\"told\": \"\(head.headers.first(name: "Authorization") ?? "")\"}"
            default: "{\"told\": \"\(head.method.rawValue)\"}"
            }
        var headers: HTTPHeaders = ["Content-Length": "\(text.utf8.count)", "Location": "/elsewhere"]
        headers.add(name: "X-Authorization", value: head.headers.first(name: "Authorization") ?? "none")
        headers.add(name: "X-Type", value: head.headers.first(name: "Content-Type") ?? "none")
        context.write(
            self.wrapOutboundOut(.head(.init(version: .http1_1, status: .init(statusCode: status), headers: headers))),
            promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }
}
