// SPDX-License-Identifier: Apache-2.0

internal import DequeModule

/// Events as they come, to be read once; dropping it, or cancelling its reader, ends the subscription.
public struct EventSubscription: AsyncSequence, Sendable {
    /// What comes.
    public typealias Element = Event

    /// Ends the subscription when nobody has it any more.
    final class Holder: Sendable {
        let buffer: EventBuffer

        init(_ buffer: EventBuffer) { self.buffer = buffer }

        deinit { self.buffer.end() }
    }

    private let holder: Holder

    /// Reads what is put into a buffer.
    package init(_ buffer: EventBuffer) { self.holder = Holder(buffer) }

    /// How many events were dropped so far, as the policy has it.
    public var droppedCount: Int { self.holder.buffer.droppedCount }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(holder: self.holder) }

    /// Gives one event after the other.
    ///
    /// Events are taken from the buffer all at once, so that neither side takes its lock for each.
    public struct Iterator: AsyncIteratorProtocol {
        private let holder: Holder
        private var taken = Deque<Event>()
        private var spin = SpinTime()

        init(holder: Holder) { self.holder = holder }

        /// The next event; nil when the subscription has ended.
        ///
        /// - Throws: What ended the subscription.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Event? {
            if let event = self.taken.popFirst() { return event }
            guard try await self.holder.buffer.take(into: &self.taken, &self.spin) else { return nil }
            return self.taken.popFirst()
        }

        /// The next event; nil when the subscription has ended.
        ///
        /// - Throws: What ended the subscription.
        public mutating func next() async throws -> Event? { try await self.next(isolation: nil) }
    }
}
