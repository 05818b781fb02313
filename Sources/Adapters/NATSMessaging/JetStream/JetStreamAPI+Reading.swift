// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

extension JetStreamAPI {
    /// How often a stream is read anew where reading breaks off.
    private static let readings = 3

    /// Reads messages that a stream keeps: all that are wanted, or none.
    ///
    /// - Throws: ``Refusal``, or ``EventError``, with code `.unavailable` where reading broke off again and again.
    func read(
        _ stream: String, _ start: EventStreamStart, _ pattern: EventPattern?, limit: Int
    ) async throws -> [(message: NATSMessage, delivery: DeliveryPlace)] {
        guard limit > 0, start != .next else { return [] }
        for _ in 1...Self.readings {
            if let found = try await self.readOnce(stream, start, pattern, limit: limit) { return found }
        }
        throw EventError(
            .unavailable, "The stream '\(stream)' could not be read to its end; read it again when NATS is reachable.")
    }

    /// Reads by a consumer of its own, in the server's memory, that is removed again.
    ///
    /// - Returns: Nil where messages were lost with the consumer or on their way; the server then drops the consumer by itself.
    private func readOnce(
        _ stream: String, _ start: EventStreamStart, _ pattern: EventPattern?, limit: Int
    ) async throws -> [(message: NATSMessage, delivery: DeliveryPlace)]? {
        var members = Self.start(start)
        members["ack_policy"] = "none"
        members["replay_policy"] = "instant"
        members["mem_storage"] = true
        members["inactive_threshold"] = .integer(Duration.seconds(30).nanoseconds)
        if let pattern { members["filter_subject"] = .string("\(pattern)") }
        let made = try await self.ask(
            "CONSUMER.CREATE.\(stream)", ["stream_name": .string(stream), "config": JSONValue(sorted: members)])
        guard let name = made["name"]?.stringValue, let pending = made["num_pending"]?.integerValue else {
            throw EventError(.unreadablePayload, "JetStream does not say what it has made.")
        }
        let wanted = min(limit, pending)
        var found: [(message: NATSMessage, delivery: DeliveryPlace)] = []
        if wanted > 0 {
            let pull = try await NATSPull(self)
            while found.count < wanted {
                // What was dropped meanwhile does not come any more.
                let isLast = found.last?.delivery.pending == 0
                let taken = try await pull.request(
                    wanted - found.count, of: stream, name, waiting: isLast ? nil : .seconds(1))
                if taken.isEmpty, isLast { break }
                found += taken
                // Nobody acknowledges: what is lost on its way leaves a gap.
                guard !taken.isEmpty, found.last?.delivery.number == found.count else { return nil }
            }
        }
        _ = try await self.removes("CONSUMER.DELETE.\(stream).\(name)")
        return found
    }

    /// Makes a key-value bucket that keeps the last value of each key, unless there is one.
    ///
    /// - Throws: ``Refusal``, or ``EventError``.
    func openBucket(_ name: String) async throws {
        try await self.open(
            info: "STREAM.INFO.KV_\(name)", create: "STREAM.CREATE.KV_\(name)",
            [
                "name": .string("KV_\(name)"), "subjects": [.string("$KV.\(name).>")], "retention": "limits",
                "storage": "file", "discard": "new", "num_replicas": 1, "max_consumers": -1, "max_msgs": -1,
                "max_bytes": -1, "max_age": 0, "max_msg_size": -1, "max_msgs_per_subject": 1,
                "duplicate_window": .integer(Duration.seconds(120).nanoseconds), "allow_rollup_hdrs": true,
                "deny_delete": false,
            ], isSame: { $0["max_msgs_per_subject"] == 1 }, conflict: EventError.conflictingStream("KV_\(name)"))
    }
}
