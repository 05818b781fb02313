// SPDX-License-Identifier: Apache-2.0

/// Events as they come, to be read once; dropping it, or cancelling its reader, ends the subscription.
public struct EventSubscription: AsyncSequence, Sendable {
    /// What comes.
    public typealias Element = Event

    private let events: AsyncThrowingStream<Event, any Error>

    /// Wraps a stream whose termination handler ends the subscription.
    public init(_ events: AsyncThrowingStream<Event, any Error>) { self.events = events }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncThrowingStream<Event, any Error>.Iterator {
        self.events.makeAsyncIterator()
    }
}
