// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Brings events to subscribers in the same process; without subscribers or a stream an event is gone.
///
/// Nothing runs in the background: whoever publishes puts the event into each subscriber's buffer. Streams last as long as
/// the bus; what must outlive the process goes over a bus with a broker.
public final class InProcessEventBus: EventBus {
    private struct State {
        var index = SubjectIndex<EventRoute.Target>()
        /// What the index says of subjects seen lately; forgotten when a subscription begins or ends.
        private var routes: [String: EventRoute] = [:]
        private var lastRoute: (subject: String, route: EventRoute)?
        var inboxes: [String: EventBuffer] = [:]
        var streams: [String: (stream: InProcessEventStream, number: Int)] = [:]
        var subscribers: [Int: EventBuffer] = [:]
        var nextNumber = 0
        var isClosed = false

        mutating func number() -> Int {
            self.nextNumber += 1
            return self.nextNumber
        }

        mutating func route(of subject: EventSubject) -> EventRoute {
            // Who publishes to one subject again and again has the very same text.
            if let last = self.lastRoute, last.subject == subject.text { return last.route }
            let route = self.routes[subject.text] ?? self.newRoute(of: subject)
            self.lastRoute = (subject.text, route)
            return route
        }

        private mutating func newRoute(of subject: EventSubject) -> EventRoute {
            if self.routes.count >= InProcessEventBus.rememberedRoutes { self.routes.removeAll() }
            let route = EventRoute(self.index.values(for: subject))
            self.routes[subject.text] = route
            return route
        }

        mutating func forgetRoutes() {
            self.lastRoute = nil
            self.routes.removeAll(keepingCapacity: true)
        }
    }

    private static let rememberedRoutes = 16_384
    private static let inboxPrefix = "_INBOX."

    private let state = Mutex(State())
    private let clock: any Clock<Duration>

    /// Makes a bus without subscribers.
    ///
    /// - Parameter clock: Measures the deadlines of questions.
    public init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    /// Publishers wait where a subscription asks for it.
    public var suspendsPublishers: Bool { true }

    /// How many subscribe.
    public var subscriberCount: Int { self.state.withLock { $0.subscribers.count } }

    /// Puts the event into the buffer of everybody who wants it.
    public func publish(_ event: Event) async throws {
        if event.subject.text.hasPrefix(Self.inboxPrefix) { return try self.answer(event) }
        let route = self.state.withLock { $0.isClosed ? nil : $0.route(of: event.subject) }
        guard let route else { throw EventError.busClosed }
        if route.deliverAtOnce(event) { return }
        try await route.deliver(event)
    }

    /// Subscribes from now on.
    public func subscribe(_ pattern: EventPattern, _ options: SubscriptionOptions) async throws -> EventSubscription {
        try options.check()
        let buffer = EventBuffer("\(pattern)", options)
        try self.state.withLock { state in
            guard !state.isClosed else { throw EventError.busClosed }
            let number = state.number()
            // Before anybody can publish to it, so that its end is never missed.
            buffer.onEnd { [weak self] in self?.remove(number, pattern) }
            state.subscribers[number] = buffer
            state.index.insert(.subscriber(buffer, group: options.group), number, at: pattern)
            state.forgetRoutes()
        }
        return EventSubscription(buffer)
    }

    private func remove(_ number: Int, _ pattern: EventPattern) {
        self.state.withLock { state in
            guard state.subscribers.removeValue(forKey: number) != nil else { return }
            state.index.remove(number, at: pattern)
            state.forgetRoutes()
        }
    }

    /// Does nothing: what was published is in the subscribers' buffers.
    public func flush() async throws {
        if self.state.withLock({ $0.isClosed }) { throw EventError.busClosed }
    }

    /// Ends every subscription after what waits for it.
    public func close() async {
        let buffers = self.state.withLock { state in
            state.isClosed = true
            state.forgetRoutes()
            return Array(state.subscribers.values) + Array(state.inboxes.values)
        }
        for buffer in buffers { buffer.end() }
    }

    // MARK: - Questions

    /// Asks whoever subscribed, and waits for the first answer.
    public func request(_ event: Event, deadline: Duration) async throws -> Event {
        var question = event
        let buffer = EventBuffer(
            event.subject.text, SubscriptionOptions(buffer: 1, whenFull: .dropNewest, takesBytes: true))
        let (subject, hasSubscribers) = try self.state.withLock { state in
            guard !state.isClosed else { throw EventError.busClosed }
            let inbox = EventSubject(known: "\(Self.inboxPrefix)\(state.number())")
            let hasSubscribers = state.route(of: event.subject).hasSubscribers
            if hasSubscribers { state.inboxes[inbox.text] = buffer }
            return (inbox, hasSubscribers)
        }
        guard hasSubscribers else { throw EventError.nobodyAnswers(event.subject) }
        defer { self.state.withLock { state in _ = state.inboxes.removeValue(forKey: subject.text) } }
        question.replyTo = subject
        let (asked, clock) = (question, self.clock)
        let answer = try await race(against: { try await clock.sleep(for: deadline) }) {
            try await self.publish(asked)
            var answers = EventSubscription(buffer).makeAsyncIterator()
            let answer = try await answers.next()
            try Task.checkCancellation()
            guard let answer else { throw EventError.busClosed }
            return answer
        }
        guard let answer else { throw EventError.noAnswer(event.subject, within: deadline) }
        guard answer.bytes == nil else { throw EventError.unreadableAnswer(event.subject) }
        return answer
    }

    /// Brings an answer to whoever awaits it; nobody does after the deadline.
    private func answer(_ event: Event) throws {
        let buffer = try self.state.withLock { state in
            guard !state.isClosed else { throw EventError.busClosed }
            return state.inboxes[event.subject.text]
        }
        buffer?.put(event)
    }

    // MARK: - Streams

    /// Opens a stream, which lasts until it is removed or the bus is gone.
    public func stream(_ configuration: EventStreamConfiguration) async throws -> any EventStream {
        try configuration.check()
        return try self.state.withLock { state in
            guard !state.isClosed else { throw EventError.busClosed }
            if let (stream, _) = state.streams[configuration.name] {
                guard stream.configuration == configuration else {
                    throw EventError.conflictingStream(configuration.name)
                }
                return stream
            }
            let (stream, number) = (InProcessEventStream(configuration, bus: self), state.number())
            state.streams[configuration.name] = (stream, number)
            for pattern in configuration.subjects { state.index.insert(.stream(stream), number, at: pattern) }
            state.forgetRoutes()
            return stream
        }
    }

    /// Brings an event to everybody, a stream among them.
    ///
    /// - Returns: What became of it in the stream.
    func append(_ event: Event, to stream: InProcessEventStream) async throws -> StreamReceipt {
        let route = self.state.withLock { state in
            let isThere = state.streams[stream.configuration.name]?.stream === stream
            return state.isClosed || !isThere ? nil : state.route(of: event.subject)
        }
        guard let route else { throw EventError.unknownStream(stream.configuration.name) }
        return try await route.deliver(event, keepingIn: stream)
    }

    /// Removes a stream.
    public func removeStream(_ name: String) async throws -> Bool {
        let stream = try self.state.withLock { state in
            guard !state.isClosed else { throw EventError.busClosed }
            guard let (stream, number) = state.streams.removeValue(forKey: name) else {
                return nil as InProcessEventStream?
            }
            for pattern in stream.configuration.subjects { state.index.remove(number, at: pattern) }
            state.forgetRoutes()
            return stream
        }
        stream?.remove()
        return stream != nil
    }
}

extension EventError {
    /// What is said where nobody subscribed to the subject of a question.
    package static func nobodyAnswers(_ subject: EventSubject) -> EventError {
        EventError(.noResponder, "Nobody has subscribed to '\(subject)', so that nobody can answer; start who does.")
    }

    /// What is said where an answer is no event with JSON in it.
    package static func unreadableAnswer(_ subject: EventSubject) -> EventError {
        EventError(.unreadablePayload, "The answer to '\(subject)' is no event with JSON in it.")
    }

    /// What is said where no answer came.
    package static func noAnswer(_ subject: EventSubject, within deadline: Duration) -> EventError {
        EventError(.deadlineExceeded, "No answer to '\(subject)' came within \(deadline).")
    }

    /// What is said where a stream is not as it is asked for.
    package static func conflictingStream(_ name: String) -> EventError {
        EventError(
            .conflictingStream,
            "The stream '\(name)' keeps other subjects or has other limits; ask for the same, or remove it first.")
    }
}
