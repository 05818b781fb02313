// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Brings events to whoever subscribed to their subject; what every bus must do is checked by `EventBusConformance`.
///
/// Subscriptions get each event at most once, from when they began. Streams (``EventStream``) keep events, and bring each to
/// each of their consumers at least once.
public protocol EventBus: Sendable {
    /// Whether a subscription may ask for ``FullBufferPolicy/suspend``: publishers elsewhere cannot be held up.
    var suspendsPublishers: Bool { get }

    /// Tells an event. Streams of its subject keep it too, without a receipt; ``EventStream/append(_:)`` gives one.
    ///
    /// - Throws: What keeps the bus from taking it, as a value of ``EventError``; `CancellationError` where the task is
    ///   cancelled while a slow subscriber holds it up.
    func publish(_ event: Event) async throws

    /// Subscribes from now on; ends when the subscription is dropped or its reader is cancelled.
    ///
    /// - Parameters:
    ///   - pattern: The subjects wanted.
    ///   - options: How many events may wait, what happens to more, and with whom they are shared.
    /// - Throws: ``EventError`` with code `.unsupported` where the bus cannot do what the options ask for.
    func subscribe(_ pattern: EventPattern, _ options: SubscriptionOptions) async throws -> EventSubscription

    /// Asks whoever subscribed to a subject, and waits for the first answer.
    ///
    /// - Parameters:
    ///   - event: The question; its `replyTo` is set by the bus.
    ///   - deadline: How long to wait at most.
    /// - Throws: ``EventError`` with code `.noResponder` where nobody subscribed, or `.deadlineExceeded`.
    func request(_ event: Event, deadline: Duration) async throws -> Event

    /// Opens a stream, which is made where there is none of the name.
    ///
    /// - Throws: ``EventError`` with code `.conflictingStream` where there is one that keeps other events or has other limits.
    func stream(_ configuration: EventStreamConfiguration) async throws -> any EventStream

    /// Removes a stream with what it keeps.
    ///
    /// - Returns: Whether there was one.
    func removeStream(_ name: String) async throws -> Bool

    /// Waits until what was published has left for its subscribers.
    func flush() async throws

    /// Ends: nothing more is taken, subscriptions get what is on its way and end; doing it again changes nothing.
    func close() async
}

extension EventBus {
    /// Subscribes with room for some events that wait; when there are more, the subscription ends with an error.
    ///
    /// - Parameter buffer: How many events may wait for their reader, 1 or more.
    public func subscribe(_ pattern: EventPattern, buffer: Int) async throws -> EventSubscription {
        try await self.subscribe(pattern, SubscriptionOptions(buffer: buffer))
    }

    /// Answers a question.
    ///
    /// - Parameters:
    ///   - question: What was asked.
    ///   - payload: The answer.
    /// - Returns: Whether somebody awaits it; nothing is told where nobody does.
    @discardableResult
    public func reply(to question: Event, with payload: JSONValue) async throws -> Bool {
        guard let place = question.replyTo else { return false }
        try await self.publish(Event(id: "\(question.id)-reply", subject: place, payload: payload))
        return true
    }
}
