// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

/// A durable consumer of JetStream that is asked for events.
struct NATSEventConsumer: EventConsumer {
    let configuration: EventConsumerConfiguration
    private let stream: String
    private let api: JetStreamAPI
    private let pull: NATSPull
    private let onNotice: @Sendable (NATSEventBus.Notice) -> Void

    /// How long a request waits at the server before it is made again: a server that comes back has forgotten it.
    private static let longestRequest = Duration.seconds(2)

    init(
        _ configuration: EventConsumerConfiguration, stream: String, _ api: JetStreamAPI, _ pull: NATSPull,
        _ onNotice: @escaping @Sendable (NATSEventBus.Notice) -> Void
    ) {
        self.configuration = configuration
        self.stream = stream
        self.api = api
        self.pull = pull
        self.onNotice = onNotice
    }

    func next(_ maximum: Int, waiting: Duration) async throws -> [EventDelivery] {
        let clock = ContinuousClock()
        let end = clock.now + waiting
        // First what is there, then one event as soon as it comes: a request for more would wait for all of them.
        var taken = try await self.request(max(1, maximum), waiting: nil)
        while taken.isEmpty, case let left = end - clock.now, left > .zero {
            try Task.checkCancellation()
            taken = try await self.request(1, waiting: min(left, Self.longestRequest))
        }
        return taken
    }

    private func request(_ count: Int, waiting: Duration?) async throws -> [EventDelivery] {
        let found = try await self.pull.request(count, of: self.stream, self.configuration.name, waiting: waiting)
        var taken: [EventDelivery] = []
        for (message, place) in found {
            if let delivery = place.delivery(of: message, takingBytes: self.configuration.takesBytes) {
                taken.append(delivery)
            } else {
                try await self.refuse(message)
            }
        }
        return taken
    }

    /// Takes a message off the list that is no event: it would come again and again.
    private func refuse(_ message: NATSMessage) async throws {
        self.onNotice(.unreadable(subject: message.subject))
        if let place = message.replyTo {
            try await self.api.connection.publish(NATSMessage(subject: place, data: Array("+TERM".utf8)))
        }
    }

    // MARK: - Acknowledgement

    func acknowledge(_ deliveries: [EventDelivery]) async throws { try await self.tell(deliveries, "+ACK") }

    func giveBack(_ delivery: EventDelivery, after delay: Duration) async throws {
        try await self.tell([delivery], "-NAK {\"delay\": \(max(0, delay.nanoseconds))}")
    }

    func extend(_ delivery: EventDelivery) async throws { try await self.tell([delivery], "+WPI") }

    func discard(_ delivery: EventDelivery) async throws { try await self.tell([delivery], "+TERM") }

    /// Tells the server what became of deliveries, until it has answered for each.
    private func tell(_ deliveries: [EventDelivery], _ word: String) async throws {
        var missing = deliveries.map { NATSMessage(subject: $0.token, data: Array(word.utf8)) }
        let clock = ContinuousClock()
        let limit = self.api.connection.configuration.timeLimit
        let end = clock.now + limit
        while !missing.isEmpty {
            let answers = try await self.api.inbox.ask(missing, deadline: min(.seconds(1), limit))
            missing = zip(missing, answers).filter { $0.1 == nil || $0.1?.status == 503 }.map(\.0)
            guard missing.isEmpty || clock.now < end else {
                throw EventError(
                    .deadlineExceeded,
                    "JetStream did not confirm \(missing.count) acknowledgements within \(limit); events may come again."
                )
            }
        }
    }
}
