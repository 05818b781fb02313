// SPDX-License-Identifier: Apache-2.0

package import NIOCore
internal import Synchronization

/// The turns of a server's event loops.
package final class EventLoopTurns<Item>: Sendable {
    private let work: @Sendable ([Item], any EventLoop) -> Void
    private let turns = Mutex<[ObjectIdentifier: NIOLoopBound<EventLoopTurn<Item>>]>([:])

    /// Prepares turns.
    ///
    /// - Parameter work: Gets what one turn of an event loop has brought, on that event loop.
    package init(_ work: @escaping @Sendable ([Item], any EventLoop) -> Void) { self.work = work }

    /// The turns of an event loop, asked for on it.
    package func turn(of eventLoop: any EventLoop) -> EventLoopTurn<Item> {
        self.turns.withLock { turns in
            if let turn = turns[ObjectIdentifier(eventLoop)] { return turn }
            let turn = NIOLoopBound(EventLoopTurn(eventLoop, work: self.work), eventLoop: eventLoop)
            turns[ObjectIdentifier(eventLoop)] = turn
            return turn
        }.value
    }
}
