// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What was read in one turn of an event loop, whatever the connections: it is worked on together at the turn's end.
///
/// It belongs to its event loop.
package final class EventLoopTurn<Item> {
    private let eventLoop: any EventLoop
    private let work: ([Item], any EventLoop) -> Void
    private var items: [Item] = []

    /// Prepares the turns of one event loop.
    ///
    /// - Parameter work: Gets what one turn has brought.
    package init(_ eventLoop: any EventLoop, work: @escaping ([Item], any EventLoop) -> Void) {
        self.eventLoop = eventLoop
        self.work = work
    }

    /// Takes something that was read in this turn.
    package func add(_ item: Item) {
        self.items.append(item)
        if self.items.count == 1 { self.eventLoop.assumeIsolated().execute { self.end() } }
    }

    private func end() {
        let items = self.items
        self.items.removeAll(keepingCapacity: true)
        self.work(items, self.eventLoop)
    }
}
