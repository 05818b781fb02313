// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import NATSMessaging
internal import PipelineTelemetry

/// The program's event bus, opened when an event is first told or wanted: the one inside the process, or NATS.
///
/// Over NATS an event counts as told when the stream that keeps it has it, or where there is none the server: the program may end at once.
actor ProgramBus {
    private let url: String?
    private var opening: Task<any EventBus, any Error>?

    /// Prepares the bus.
    ///
    /// - Parameters:
    ///   - url: `memory`, or the URL of a NATS server; nil is what `AUTOGLM_BUS` says.
    ///   - configured: What holds where neither says anything; nil is `memory`.
    /// - Throws: `EventError` with code `.invalidOptions`.
    init(_ url: String? = nil, configured: String? = nil) throws {
        let text = url ?? Settings.text("BUS") ?? configured ?? "memory"
        self.url = text == "memory" ? nil : text
        if let url = self.url { _ = try NATSConfiguration(url: url) }
    }

    /// Whether it is the one inside the process, on which nobody else tells anything.
    nonisolated var isInProcess: Bool { self.url == nil }

    /// The bus, for steps and triggers.
    nonisolated var bus: any EventBus { TracedEventBus(LaterEventBus(program: self)) }

    /// The open bus.
    func open() async throws -> any EventBus {
        if let opening { return try await opening.value }
        let url = self.url
        let opening = Task { () async throws -> any EventBus in
            guard let url else { return InProcessEventBus() }
            return try await NATSEventBus.connect(NATSConfiguration(url: url)) { Self.note($0) }
        }
        self.opening = opening
        do { return try await opening.value } catch {
            // The next event tries again.
            self.opening = nil
            throw error
        }
    }

    /// A name for a reader of the bus: of what a pipeline or a table is called, the characters that all buses take.
    static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }.prefix(64))
    }

    /// Sends what was published, and ends.
    func close() async {
        guard let opening else { return }
        await (try? opening.value)?.close()
    }

    private static func note(_ notice: NATSEventBus.Notice) {
        switch notice {
        case .disconnected: Console.note("The event bus lost its connection, and tries to come back.")
        case .reconnected: Console.note("The event bus is connected again.")
        case .unreadable(let subject):
            Console.note("A message on '\(subject)' is no event with JSON in it; passed over.")
        case .complaint(let text): Console.note("The event bus: \(text)")
        }
    }
}

/// A bus that is opened by its first use.
private struct LaterEventBus: EventBus {
    let program: ProgramBus

    // What nobody can keep before it is known which bus it is.
    var suspendsPublishers: Bool { false }

    func publish(_ event: Event) async throws {
        let bus = try await self.program.open()
        if let nats = bus as? NATSEventBus {
            try await nats.publishSafely(event)
        } else {
            try await bus.publish(event)
        }
    }

    func subscribe(_ pattern: EventPattern, _ options: SubscriptionOptions) async throws -> EventSubscription {
        try await self.program.open().subscribe(pattern, options)
    }

    func request(_ event: Event, deadline: Duration) async throws -> Event {
        try await self.program.open().request(event, deadline: deadline)
    }

    func stream(_ configuration: EventStreamConfiguration) async throws -> any EventStream {
        try await self.program.open().stream(configuration)
    }

    func removeStream(_ name: String) async throws -> Bool { try await self.program.open().removeStream(name) }

    func flush() async throws { try await self.program.open().flush() }

    func close() async { await self.program.close() }
}
