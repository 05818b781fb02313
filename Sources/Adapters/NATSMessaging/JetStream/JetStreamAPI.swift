// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// JetStream's requests, which are JSON on subjects below `$JS.API` (the reference is NATS' ADR-1 and "JetStream wire API").
struct JetStreamAPI: Sendable {
    /// What the server refuses.
    struct Refusal: Error {
        let code: Int
        let text: String
    }

    /// The numbers of the server's errors (its errors.json) that mean something here.
    enum Code {
        static let consumerNotFound = 10014
        static let streamNotFound = 10059
        static let streamExists = 10058
        static let subjectsOverlap = 10065
        static let wrongLastMessage = 10070
        static let consumerExists = [10013, 10105, 10148]
    }

    /// How long a server that has just begun may not know its streams yet.
    private static let patience = Duration.seconds(2)

    let connection: NATSConnection
    let inbox: NATSInbox

    /// Asks the server.
    ///
    /// - Parameters:
    ///   - subject: What follows `$JS.API.`.
    ///   - question: The request; nil for an empty one.
    /// - Returns: The answer.
    /// - Throws: ``Refusal``, or ``EventError``.
    func ask(_ subject: String, _ question: JSONValue? = nil) async throws -> JSONValue {
        let message = NATSMessage(
            subject: "$JS.API.\(subject)", data: question.map { Array($0.serialized().utf8) } ?? [])
        let (clock, limit) = (ContinuousClock(), self.connection.configuration.timeLimit)
        let start = clock.now
        var refusedSince: ContinuousClock.Instant?
        while true {
            // A server that ends takes the question with it; asking again changes nothing.
            let answer = try await self.inbox.ask([message], deadline: min(limit, Self.patience))[0]
            if let answer, answer.status != 503 { return try Self.value(of: answer) }
            // One that starts has no JetStream yet.
            if answer != nil {
                let first = refusedSince ?? clock.now
                guard clock.now - first < Self.patience else { throw Self.absent }
                refusedSince = first
            }
            guard clock.now - start < limit else {
                throw EventError(
                    .deadlineExceeded, "JetStream did not answer within \(limit). Can the NATS server be reached?")
            }
            if answer != nil { try await clock.sleep(for: .milliseconds(50)) }
        }
    }

    private static func value(of answer: NATSMessage) throws -> JSONValue {
        guard let value = try? JSONValue(parsing: answer.data) else {
            throw EventError(.unreadablePayload, "JetStream answered something that is no JSON.")
        }
        if let error = value["error"] { throw Refusal(error) }
        return value
    }

    private static var absent: EventError {
        EventError(.unsupported, "The NATS server has no JetStream; start it with -js and a folder (-sd).")
    }

    /// Removes something.
    ///
    /// - Returns: Whether it was there.
    func removes(_ subject: String) async throws -> Bool {
        do {
            return try await self.ask(subject)["success"]?.boolValue ?? false
        } catch let refusal as Refusal where [Code.streamNotFound, Code.consumerNotFound].contains(refusal.code) {
            return false
        } catch let refusal as Refusal { throw refusal.error }
    }

    /// Opens what is described by a configuration, which is made where there is none.
    func open(
        info: String, create: String, _ request: JSONValue, isSame: (JSONValue) -> Bool, conflict: EventError
    ) async throws {
        do {
            if let found = try await self.existing(info) {
                guard isSame(found) else { throw conflict }
                return
            }
            _ = try await self.ask(create, request)
        } catch let refusal as Refusal {
            let conflicts = [Code.streamExists, Code.subjectsOverlap] + Code.consumerExists
            guard conflicts.contains(refusal.code) else { throw refusal.error }
            throw EventError(.conflictingStream, "\(conflict.message) NATS says: \(refusal.text).")
        }
    }

    private func existing(_ info: String) async throws -> JSONValue? {
        do {
            return try await self.ask(info)["config"]
        } catch let refusal as Refusal where [Code.streamNotFound, Code.consumerNotFound].contains(refusal.code) {
            return nil
        }
    }

    // MARK: - Streams

    func open(_ configuration: EventStreamConfiguration) async throws {
        let wanted = configuration.jetStream
        try await self.open(
            info: "STREAM.INFO.\(configuration.name)", create: "STREAM.CREATE.\(configuration.name)", wanted,
            isSame: {
                Self.agree($0, wanted, on: ["subjects", "max_msgs", "max_bytes", "max_age", "duplicate_window"])
            },
            conflict: EventError.conflictingStream(configuration.name))
    }

    func open(_ configuration: EventConsumerConfiguration, of stream: String) async throws {
        let wanted = configuration.jetStream
        let name = "\(stream).\(configuration.name)"
        try await self.open(
            info: "CONSUMER.INFO.\(name)", create: "CONSUMER.DURABLE.CREATE.\(name)",
            ["stream_name": .string(stream), "config": wanted],
            isSame: {
                Self.agree(
                    $0, wanted,
                    on: [
                        "ack_wait", "max_deliver", "max_ack_pending", "filter_subject", "deliver_policy",
                        "opt_start_seq",
                    ])
            },
            conflict: EventError.conflictingConsumer(configuration.name, of: stream))
    }

    /// Whether two objects say the same; what is left out is nothing.
    private static func agree(_ found: JSONValue, _ wanted: JSONValue, on names: [String]) -> Bool {
        names.allSatisfy { name in
            let pair = [found, wanted].map { $0[name].flatMap { $0 == .null || $0 == "" ? nil : $0 } }
            guard let first = pair[0]?.arrayValue, let second = pair[1]?.arrayValue else { return pair[0] == pair[1] }
            return Set(first) == Set(second)
        }
    }
}

extension JetStreamAPI.Refusal {
    /// Reads the `error` of an answer.
    init(_ error: JSONValue) {
        self.init(
            code: error["err_code"]?.integerValue ?? 0, text: error["description"]?.stringValue ?? "no reason")
    }

    /// As users of the bus see it.
    var error: EventError {
        switch self.code {
        case 10014, 10059: EventError(.unknownStream, "NATS says: \(self.text); open the stream or consumer again.")
        default: EventError(.refused, "JetStream refuses: \(self.text) (error \(self.code)).")
        }
    }
}

extension EventStreamConfiguration {
    /// As JetStream has it.
    fileprivate var jetStream: JSONValue {
        [
            "name": .string(self.name), "subjects": .array(self.subjects.map { .string("\($0)") }),
            "retention": "limits", "storage": "file", "discard": "old", "num_replicas": 1, "max_consumers": -1,
            "max_msgs": .integer(self.maximumCount ?? -1), "max_bytes": .integer(self.maximumBytes ?? -1),
            "max_age": .integer(self.maximumAge?.nanoseconds ?? 0), "max_msg_size": -1,
            "duplicate_window": .integer(self.duplicateWindow.nanoseconds),
        ]
    }
}

extension EventConsumerConfiguration {
    /// As JetStream has it.
    fileprivate var jetStream: JSONValue {
        var members = JetStreamAPI.start(self.start)
        members["durable_name"] = .string(self.name)
        members["ack_policy"] = "explicit"
        members["replay_policy"] = "instant"
        members["ack_wait"] = .integer(self.acknowledgementDeadline.nanoseconds)
        members["max_deliver"] = .integer(self.maximumDeliveries ?? -1)
        members["max_ack_pending"] = .integer(self.maximumUnacknowledged)
        if let pattern { members["filter_subject"] = .string("\(pattern)") }
        return JSONValue(sorted: members)
    }
}

extension JetStreamAPI {
    /// Where a consumer begins.
    static func start(_ start: EventStreamStart) -> [String: JSONValue] {
        switch start {
        case .oldest: ["deliver_policy": "all"]
        case .next: ["deliver_policy": "new"]
        case .sequence(let number):
            ["deliver_policy": "by_start_sequence", "opt_start_seq": .integer(max(1, number))]
        case .time(let time):
            [
                "deliver_policy": "by_start_time",
                "opt_start_time": .string(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            ]
        }
    }
}
