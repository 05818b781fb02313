// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Requests that were read in one turn of an event loop, whatever their connections: they are answered together at its end.
///
/// It belongs to its event loop.
final class ImmediateTurn {
    /// A request, and who sends its reply.
    private typealias Waiting = (item: ImmediateReplies.Item, answer: (WholeReply?) -> Void)

    private let replies: ImmediateReplies
    private let eventLoop: any EventLoop
    private var waiting: [Waiting] = []

    init(_ replies: ImmediateReplies, _ eventLoop: any EventLoop) {
        self.replies = replies
        self.eventLoop = eventLoop
    }

    /// Takes a request.
    ///
    /// - Parameter answer: Gets the reply, at the end of the turn or soon after; nil where the request is left to the routes.
    func add(_ item: ImmediateReplies.Item, _ answer: @escaping (WholeReply?) -> Void) {
        self.waiting.append((item, answer))
        if self.waiting.count == 1 { self.eventLoop.assumeIsolated().execute { self.end() } }
    }

    private func end() {
        let waiting = self.waiting
        self.waiting.removeAll(keepingCapacity: true)
        for (index, route) in self.replies.routes.enumerated() {
            self.end(waiting.filter { $0.item.route == index }, by: route)
        }
    }

    private func end(_ waiting: [Waiting], by route: any ImmediateRoute) {
        let calls = waiting.map(\.item.call)
        let (eventLoop, bound) = (self.eventLoop, NIOLoopBound((self.replies, waiting), eventLoop: self.eventLoop))
        @Sendable func conclude(_ index: Int, _ reply: WholeReply?) {
            let (replies, waiting) = bound.value
            waiting[index].answer(replies.conclude(waiting[index].item, reply))
        }
        route.answer(calls) { index, reply in
            if eventLoop.inEventLoop { conclude(index, reply) } else { eventLoop.execute { conclude(index, reply) } }
        }
    }
}
