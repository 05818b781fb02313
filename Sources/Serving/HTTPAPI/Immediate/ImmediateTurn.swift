// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Synchronization

/// Requests that were read in one turn of an event loop, whatever their connections: they are answered together at its end.
///
/// It belongs to its event loop.
final class ImmediateTurn {
    private let replies: ImmediateReplies
    private var waiting: [(item: ImmediateReplies.Item, answer: (WholeReply?) -> Void)] = []

    init(_ replies: ImmediateReplies) { self.replies = replies }

    /// Takes a request.
    ///
    /// - Parameter answer: Gets the reply, later in this turn; nil where the request is left to the routes.
    func add(
        _ item: ImmediateReplies.Item, on eventLoop: any EventLoop, _ answer: @escaping (WholeReply?) -> Void
    ) {
        self.waiting.append((item, answer))
        if self.waiting.count == 1 { eventLoop.assumeIsolated().execute { self.end() } }
    }

    private func end() {
        let waiting = self.waiting
        self.waiting.removeAll(keepingCapacity: true)
        let replies = self.replies.replies(to: waiting.map(\.item))
        for (index, reply) in replies.enumerated() { waiting[index].answer(reply) }
    }
}

/// The turns of a server's event loops.
final class ImmediateTurns: Sendable {
    private let replies: ImmediateReplies
    private let turns = Mutex<[ObjectIdentifier: NIOLoopBound<ImmediateTurn>]>([:])

    init(_ replies: ImmediateReplies) { self.replies = replies }

    /// The turns of the event loop at work.
    func turn(of eventLoop: any EventLoop) -> ImmediateTurn {
        self.turns.withLock { turns in
            if let turn = turns[ObjectIdentifier(eventLoop)] { return turn }
            let turn = NIOLoopBound(ImmediateTurn(self.replies), eventLoop: eventLoop)
            turns[ObjectIdentifier(eventLoop)] = turn
            return turn
        }.value
    }
}
