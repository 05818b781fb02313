// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

extension JetStreamAPI {
    /// Reads messages that a stream keeps, by a consumer of its own that is removed again.
    ///
    /// - Throws: ``Refusal``, or ``EventError``.
    func read(
        _ stream: String, _ start: EventStreamStart, _ pattern: EventPattern?, limit: Int
    ) async throws -> [(message: NATSMessage, delivery: DeliveryPlace)] {
        guard limit > 0, start != .next else { return [] }
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
                let taken = try await pull.request(wanted - found.count, of: stream, name, waiting: .seconds(1))
                // What was dropped meanwhile does not come any more.
                guard !taken.isEmpty else { break }
                found += taken
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
