// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOHTTP1

/// Asks the door about a connection's first request before NIO's upgrade sees it.
///
/// NIO would answer nothing to one that it does not take: who is not let in asks for no upgrade any more, and gets a reply of HTTP. That ends
/// the connection: after a request for an upgrade NIO's decoder reads no other.
final class SocketEntrance: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let door: SocketDoor
    private let first: FirstRequest

    /// Lets clients in by a door.
    ///
    /// - Parameter first: What keeps what a client asks for.
    init(_ door: SocketDoor, _ first: FirstRequest) { (self.door, self.first) = (door, first) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = Self.unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        if Self.asksForSocket(head), let visit = self.door.enter(head, context.channel) {
            self.first.visit = visit
        } else if head.headers.contains(name: "Upgrade") {
            head.headers.remove(name: "Upgrade")
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        }
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// Whether a request is a handshake of WebSocket (RFC 6455, section 4.2.1).
    private static func asksForSocket(_ head: HTTPRequestHead) -> Bool {
        let headers = head.headers
        func has(_ name: String, _ value: String) -> Bool {
            headers[canonicalForm: name].contains { $0.lowercased() == value }
        }
        return has("Upgrade", "websocket") && has("Connection", "upgrade")
            && headers["Sec-WebSocket-Version"] == ["13"] && headers["Sec-WebSocket-Key"].count == 1
    }
}
