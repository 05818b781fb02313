// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import LLMCore
internal import Synchronization

/// Brings events over a NATS server to every process that is connected to it, and keeps streams in its JetStream.
///
/// Events wait in a bounded buffer while the connection is lost, and are sent when it is back. What was on its way at that
/// moment may be lost, as NATS delivers at most once; streams lose and double nothing: an event is sent again until its
/// receipt is there, and its identifier (`Nats-Msg-Id`) tells the server what it has already.
public final class NATSEventBus: EventBus {
    /// Something to know about a bus that nobody asked for.
    public enum Notice: Sendable, Hashable {
        /// The connection is lost.
        case disconnected
        /// The connection is back.
        case reconnected
        /// A message that is no event of this project was passed over, by its subject.
        case unreadable(subject: String)
        /// The server or the library complains.
        case complaint(String)
    }

    let connection: NATSConnection
    let inbox: NATSInbox
    let onNotice: @Sendable (Notice) -> Void
    /// Whether the server does not say who keeps a subject.
    let keepsSilent = Atomic(false)

    /// Connects.
    ///
    /// - Parameters:
    ///   - configuration: Where to, and as whom.
    ///   - onNotice: Told what nobody asked for.
    /// - Throws: ``EventError`` with code `.unavailable` where there is no server, `.refused` where it does not let this
    ///   program in, or `.unsupported` where libnats is not installed.
    public static func connect(
        _ configuration: NATSConfiguration, onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
    ) async throws -> NATSEventBus {
        let inbox = NATSInbox()
        let library = try NATSLibrary.shared
        let connection = try NATSConnection(configuration) { notice in
            switch notice {
            case .disconnected: onNotice(.disconnected)
            case .reconnected: onNotice(.reconnected)
            case .failed(let status): onNotice(.complaint(library.text(status)))
            case .closed: inbox.end()
            }
        }
        try await connection.connect()
        do { try await inbox.open(connection) } catch {
            await connection.close()
            throw error
        }
        return NATSEventBus(connection, inbox, onNotice)
    }

    private init(_ connection: NATSConnection, _ inbox: NATSInbox, _ onNotice: @escaping @Sendable (Notice) -> Void) {
        self.connection = connection
        self.inbox = inbox
        self.onNotice = onNotice
    }

    /// Publishers are in other processes, and cannot be held up.
    public var suspendsPublishers: Bool { false }

    /// Publishes an event; returns when it is on its way or waits for the connection.
    public func publish(_ event: Event) async throws { try await self.connection.publish(NATSMessage(event)) }

    /// Subscribes from now on.
    public func subscribe(_ pattern: EventPattern, _ options: SubscriptionOptions) async throws -> EventSubscription {
        try options.check()
        guard options.whenFull != .suspend else {
            throw EventError(
                .unsupported,
                "NATS cannot hold up publishers; drop or fail when the buffer is full, or read a stream by a consumer.")
        }
        let buffer = EventBuffer("\(pattern)", options)
        let onNotice = self.onNotice
        let stop = try await self.connection.subscribe("\(pattern)", group: options.group) { message in
            if let event = message.event(takingBytes: options.takesBytes) {
                buffer.put(event)
            } else if message.status == nil {
                onNotice(.unreadable(subject: message.subject))
            }
        } end: {
            buffer.end($0)
        }
        buffer.onEnd(stop)
        return EventSubscription(buffer)
    }

    /// Asks whoever subscribed, and waits for the first answer.
    public func request(_ event: Event, deadline: Duration) async throws -> Event {
        let answer = try await self.inbox.ask([NATSMessage(event)], deadline: deadline)[0]
        guard let answer else { throw EventError.noAnswer(event.subject, within: deadline) }
        if answer.status == 503 { throw EventError.nobodyAnswers(event.subject) }
        guard let event = answer.event() else { throw EventError.unreadableAnswer(event.subject) }
        return event
    }

    /// Waits until the server has taken what was published.
    public func flush() async throws { try await self.connection.flush() }

    /// Delivers what was received, sends what was published, and ends.
    public func close() async {
        await self.connection.close()
        self.inbox.end()
    }

    /// Opens a stream of JetStream.
    public func stream(_ configuration: EventStreamConfiguration) async throws -> any EventStream {
        try configuration.check()
        let api = JetStreamAPI(connection: self.connection, inbox: self.inbox)
        try await api.open(configuration)
        return NATSEventStream(configuration, api, self.onNotice)
    }

    /// Removes a stream of JetStream.
    public func removeStream(_ name: String) async throws -> Bool {
        try await JetStreamAPI(connection: self.connection, inbox: self.inbox).removes("STREAM.DELETE.\(name)")
    }
}
