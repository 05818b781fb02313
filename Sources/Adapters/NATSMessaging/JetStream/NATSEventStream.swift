// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

/// A stream of JetStream.
struct NATSEventStream: EventStream {
    let configuration: EventStreamConfiguration
    private let api: JetStreamAPI
    private let onNotice: @Sendable (NATSEventBus.Notice) -> Void

    init(
        _ configuration: EventStreamConfiguration, _ api: JetStreamAPI,
        _ onNotice: @escaping @Sendable (NATSEventBus.Notice) -> Void
    ) {
        self.configuration = configuration
        self.api = api
        self.onNotice = onNotice
    }

    // MARK: - Keeping

    func append(_ events: [Event]) async throws -> [StreamReceipt] {
        for event in events where !self.configuration.subjects.contains(where: { $0.matches(event.subject) }) {
            throw EventError.foreignSubject(event.subject, in: self.configuration.name)
        }
        let messages = try events.map { event in
            var message = try NATSMessage(event)
            // The server refuses what another stream of the subject would keep.
            message.headers.append((NATSMessage.streamHeader, self.configuration.name))
            return message
        }
        do { return try await self.api.publish(messages) } catch let refusal as JetStreamAPI.Refusal {
            throw refusal.error
        }
    }

    // MARK: - Reading

    func state() async throws -> EventStreamState {
        let found = try await self.asking("STREAM.INFO.\(self.configuration.name)")["state"]
        let last = found?["last_seq"]?.integerValue ?? 0
        let count = found?["messages"]?.integerValue ?? 0
        return EventStreamState(
            count: count, bytes: found?["bytes"]?.integerValue ?? 0,
            firstSequence: count == 0 ? last + 1 : found?["first_seq"]?.integerValue ?? 1, lastSequence: last)
    }

    func read(from start: EventStreamStart, matching pattern: EventPattern?, limit: Int) async throws -> [StoredEvent] {
        do {
            return try await self.api.read(self.configuration.name, start, pattern, limit: limit).compactMap {
                guard let delivery = $0.delivery.delivery(of: $0.message) else {
                    self.onNotice(.unreadable(subject: $0.message.subject))
                    return nil
                }
                return delivery.stored
            }
        } catch let refusal as JetStreamAPI.Refusal { throw refusal.error }
    }

    func consumer(_ configuration: EventConsumerConfiguration) async throws -> any EventConsumer {
        try configuration.check()
        try await self.api.open(configuration, of: self.configuration.name)
        return NATSEventConsumer(
            configuration, stream: self.configuration.name, self.api, try await NATSPull(self.api), self.onNotice)
    }

    func removeConsumer(_ name: String) async throws -> Bool {
        try await self.api.removes("CONSUMER.DELETE.\(self.configuration.name).\(name)")
    }

    private func asking(_ subject: String, _ question: JSONValue? = nil) async throws -> JSONValue {
        do { return try await self.api.ask(subject, question) } catch let refusal as JetStreamAPI.Refusal {
            throw refusal.error
        }
    }
}
