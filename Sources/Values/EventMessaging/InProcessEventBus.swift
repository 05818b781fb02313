// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Brings events to subscribers in the same process; without subscribers an event is gone.
///
/// Nothing runs in the background: whoever publishes puts the event into each subscriber's buffer.
public final class InProcessEventBus: EventBus {
    private struct Subscriber {
        var pattern: EventPattern
        var continuation: AsyncThrowingStream<Event, any Error>.Continuation
    }

    private struct State {
        var subscribers: [Int: Subscriber] = [:]
        var nextNumber = 0
    }

    private let state = Mutex(State())

    /// Makes a bus without subscribers.
    public init() {}

    /// How many subscribe.
    public var subscriberCount: Int { self.state.withLock { $0.subscribers.count } }

    /// Puts the event into the buffer of everybody who wants it.
    public func publish(_ event: Event) async throws {
        let wanting = self.state.withLock { state in
            state.subscribers.filter { $0.value.pattern.matches(event.subject) }
        }
        for (_, subscriber) in wanting.sorted(by: { $0.key < $1.key }) {
            guard case .dropped = subscriber.continuation.yield(event) else { continue }
            // Ends the subscription after what is in its buffer.
            subscriber.continuation.finish(
                throwing: EventError(
                    .overrun,
                    "A subscriber of '\(subscriber.pattern)' fell too far behind; read faster or give it a larger buffer."
                ))
        }
    }

    /// Subscribes from now on.
    public func subscribe(_ pattern: EventPattern, buffer: Int) async throws -> EventSubscription {
        let (events, continuation) = AsyncThrowingStream<Event, any Error>.makeStream(
            bufferingPolicy: .bufferingOldest(max(1, buffer)))
        let number = self.state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        // Before anybody can publish to it, so that its end is never missed.
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        self.state.withLock { $0.subscribers[number] = Subscriber(pattern: pattern, continuation: continuation) }
        return EventSubscription(events)
    }

    private func remove(_ number: Int) {
        self.state.withLock { state in _ = state.subscribers.removeValue(forKey: number) }
    }
}
