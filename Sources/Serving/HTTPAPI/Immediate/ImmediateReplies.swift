// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import HTTPTypes
internal import LLMCore
internal import Logging
internal import NIOCore
internal import Observability
internal import Tracing

/// What a server answers at once, with all that it does around other replies: places, spans, measures and dates.
struct ImmediateReplies: Sendable {
    /// The most bytes of a body that is read on the event loop, which other connections wait for.
    static let mostBytes = 32 << 10
    private static let plainConnections: Set<String> = ["keep-alive", "Keep-Alive"]

    let routes: [any ImmediateRoute]
    let gate: RequestGate?
    let telemetry: Telemetry?
    let logger: Logger
    let dates: DateHeader

    /// Whether a request may be answered at once: what needs more than its head and its body is left to the routes.
    func take(_ head: HTTPRequest) -> Bool {
        var length: Int?
        for field in head.headerFields {
            switch field.name {
            case .contentLength: length = Int(field.value)
            case .connection: if !Self.plainConnections.contains(field.value) { return false }
            case .contentEncoding, .transferEncoding, .expect, .requestTimeout, .upgrade: return false
            default: break
            }
        }
        guard let length, length <= Self.mostBytes else { return false }
        return self.routes.contains { $0.takes(head) }
    }

    /// The reply to a request; nil leaves it to the routes.
    func reply(to head: HTTPRequest, _ body: ByteBuffer) -> WholeReply? {
        let place = self.gate?.enterAtOnce()
        guard self.gate == nil || place != nil else { return nil }
        defer { withExtendedLifetime(place) {} }
        guard let telemetry else { return self.answer(head, body).map { self.completed($0.reply) } }
        let exchange = TracedExchange(head, telemetry, self.logger)
        guard let (reply, path) = ServiceContext.withValue(exchange.context, operation: { self.answer(head, body) })
        else {
            exchange.abandon()
            return nil
        }
        exchange.answer(reply.status, route: path)
        exchange.end()
        return self.completed(reply)
    }

    private func answer(_ head: HTTPRequest, _ body: ByteBuffer) -> (reply: WholeReply, path: String)? {
        for route in self.routes where route.takes(head) {
            if let answer = route.reply(to: head, body) { return answer }
        }
        return nil
    }

    /// The reply with the headers that every reply has.
    private func completed(_ reply: WholeReply) -> WholeReply {
        var reply = reply
        reply.headers[.contentLength] = "\(reply.body.readableBytes)"
        reply.headers[.date] = self.dates.text
        return reply
    }
}
