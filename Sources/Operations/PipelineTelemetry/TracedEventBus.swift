// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import Observability

/// A bus whose events say where in which trace they were told (`traceparent` of W3C's Trace Context).
public struct TracedEventBus: EventBus {
    private let inner: any EventBus

    /// Wraps a bus.
    public init(_ inner: any EventBus) { self.inner = inner }

    /// As the bus has it.
    public var suspendsPublishers: Bool { self.inner.suspendsPublishers }

    /// Adds the trace of the task at work, unless the event names one.
    private func traced(_ event: Event) -> Event {
        guard event.headers.trace == nil else { return event }
        var event = event
        // Names and values of a trace are valid headers; one that another tracer makes invalid is left out.
        TraceContext.propagate { name, value in try? event.headers.set(name, to: value) }
        return event
    }

    /// Tells an event with its trace.
    public func publish(_ event: Event) async throws { try await self.inner.publish(self.traced(event)) }

    /// Subscribes.
    public func subscribe(_ pattern: EventPattern, _ options: SubscriptionOptions) async throws -> EventSubscription {
        try await self.inner.subscribe(pattern, options)
    }

    /// Asks a question with its trace.
    public func request(_ event: Event, deadline: Duration) async throws -> Event {
        try await self.inner.request(self.traced(event), deadline: deadline)
    }

    /// Opens a stream.
    public func stream(_ configuration: EventStreamConfiguration) async throws -> any EventStream {
        try await self.inner.stream(configuration)
    }

    /// Removes a stream.
    public func removeStream(_ name: String) async throws -> Bool { try await self.inner.removeStream(name) }

    /// Waits until what was published has left.
    public func flush() async throws { try await self.inner.flush() }

    /// Ends the bus.
    public func close() async { await self.inner.close() }
}
