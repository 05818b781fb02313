// SPDX-License-Identifier: Apache-2.0

internal import EventLoops
internal import NIOCore

/// Requests that are answered together: those that an event loop reads in one turn.
struct ImmediateTurns: Sendable {
    /// A request, and who sends its reply: at the end of the turn or soon after; nil where the request is left to the routes.
    typealias Waiting = (item: ImmediateReplies.Item, answer: (WholeReply?) -> Void)

    let replies: ImmediateReplies
    private let turns: EventLoopTurns<Waiting>

    init(_ replies: ImmediateReplies) {
        self.replies = replies
        self.turns = EventLoopTurns { waiting, eventLoop in
            for (index, route) in replies.routes.enumerated() {
                Self.end(waiting.filter { $0.item.route == index }, by: route, replies, eventLoop)
            }
        }
    }

    /// The turns of an event loop, asked for on it.
    func turn(of eventLoop: any EventLoop) -> EventLoopTurn<Waiting> { self.turns.turn(of: eventLoop) }

    private static func end(
        _ waiting: [Waiting], by route: any ImmediateRoute, _ replies: ImmediateReplies, _ eventLoop: any EventLoop
    ) {
        let bound = NIOLoopBound(waiting, eventLoop: eventLoop)
        @Sendable func conclude(_ index: Int, _ reply: WholeReply?) {
            let (item, answer) = bound.value[index]
            answer(replies.conclude(item, reply))
        }
        route.answer(waiting.map(\.item.call)) { index, reply in
            if eventLoop.inEventLoop { conclude(index, reply) } else { eventLoop.execute { conclude(index, reply) } }
        }
    }
}
