// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import Synchronization

/// The turns of a server's event loops.
final class ImmediateTurns: Sendable {
    let replies: ImmediateReplies
    private let turns = Mutex<[ObjectIdentifier: NIOLoopBound<ImmediateTurn>]>([:])

    init(_ replies: ImmediateReplies) { self.replies = replies }

    /// The turns of the event loop at work.
    func turn(of eventLoop: any EventLoop) -> ImmediateTurn {
        self.turns.withLock { turns in
            if let turn = turns[ObjectIdentifier(eventLoop)] { return turn }
            let turn = NIOLoopBound(ImmediateTurn(self.replies, eventLoop), eventLoop: eventLoop)
            turns[ObjectIdentifier(eventLoop)] = turn
            return turn
        }.value
    }
}
