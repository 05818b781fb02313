// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AdapterMiddleware
internal import HTTPTypes
internal import LLMCore
internal import NIOCore
internal import Tracing

/// What a server answers at once, with all that it does around other replies: places, spans, measures and dates.
struct ImmediateReplies: Sendable {
    /// A request that was read, with what is held for it until it is answered.
    struct Item {
        let route: Int
        let call: any ImmediateCall
        let exchange: TracedExchange?
        let place: Lease?
    }

    /// The most bytes of a body that is read on the event loop, which other connections wait for.
    static let mostBytes = 32 << 10
    private static let plainConnections: Set<String> = ["keep-alive", "Keep-Alive"]

    let routes: [any ImmediateRoute]
    let gate: RequestGate?
    let watch: RequestWatch?
    let dates: DateHeader

    /// Whether a request may be answered at once: what needs more than its head and its body is left to the routes.
    func take(_ head: HTTPRequest) -> Bool {
        guard self.routes.contains(where: { $0.takes(head) }) else { return false }
        var length: Int?
        for field in head.headerFields {
            switch field.name {
            case .contentLength: length = Int(field.value)
            case .connection: if !Self.plainConnections.contains(field.value) { return false }
            case .contentEncoding, .transferEncoding, .expect, .requestTimeout, .upgrade: return false
            default: break
            }
        }
        return length.map { $0 <= Self.mostBytes } ?? false
    }

    /// Reads a request; nil leaves it to the routes.
    func read(_ head: HTTPRequest, _ body: ByteBuffer) -> Item? {
        guard let index = self.routes.firstIndex(where: { $0.takes(head) }) else { return nil }
        let (isLetIn, place) = self.gate?.enterAtOnce() ?? (true, nil)
        guard isLetIn else { return nil }
        let route = self.routes[index]
        guard let watch else {
            return route.read(head, body).map { Item(route: index, call: $0, exchange: nil, place: place) }
        }
        let exchange = watch.begin(head)
        // Of what is brief no more than the request itself is in traces that are kept only where something goes wrong.
        let call =
            exchange.isSampled
            ? ServiceContext.withValue(exchange.context) { route.read(head, body) } : route.read(head, body)
        guard let call else {
            exchange.abandon()
            return nil
        }
        return Item(route: index, call: call, exchange: exchange, place: place)
    }

    /// The reply to a request as it is sent, watched to its end; nil leaves the request to the routes.
    func conclude(_ item: Item, _ reply: WholeReply?) -> WholeReply? {
        // Others of the same turn, with whom this is held, may take longer.
        item.place?.end()
        guard let reply else {
            item.exchange?.abandon()
            return nil
        }
        item.exchange?.answer(reply.status, route: item.call.path)
        item.exchange?.end()
        return self.completed(reply)
    }

    /// The reply with the headers that every reply has.
    private func completed(_ reply: WholeReply) -> WholeReply {
        var reply = reply
        reply.headers[.contentLength] = "\(reply.body.readableBytes)"
        reply.headers[.date] = self.dates.text
        return reply
    }
}
