// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import LLMCore
internal import Synchronization

extension NATSEventBus {
    /// How long the server may take to say who keeps a subject.
    private static let patience = Duration.seconds(2)

    /// Publishes an event, and waits until it is safe: until the stream that keeps its subject has it, or, where none does, the server.
    ///
    /// A server that is killed before a stream has written what it took loses that; here it is sent again until there is a receipt,
    /// and kept once.
    /// - Returns: The stream's receipt; nil where none keeps the subject, or where the server does not let this program ask.
    /// - Throws: ``EventError``, with code `.deadlineExceeded` where no receipt came in time; publishing again is safe.
    @discardableResult
    public func publishSafely(_ event: Event) async throws -> StreamReceipt? {
        let api = JetStreamAPI(connection: self.connection, inbox: self.inbox)
        var isAnswered = true
        if !self.keepsSilent.load(ordering: .relaxed) {
            switch try await api.keeper(of: event.subject, patience: Self.patience) {
            case .stream(let name):
                let pattern = try EventPattern("\(event.subject)")
                let stream = EventStreamConfiguration(name, subjects: [pattern])
                return try await NATSEventStream(stream, api, self.onNotice).append(event)
            case .nobody: break
            case .unknown: isAnswered = false
            }
        }
        try await self.publish(event)
        try await self.flush()
        // Who can be reached and did not answer will not answer the next time.
        if !isAnswered { self.keepsSilent.store(true, ordering: .relaxed) }
        return nil
    }
}

extension JetStreamAPI {
    /// Who keeps a subject.
    enum Keeper: Equatable {
        /// The stream of this name.
        case stream(String)
        /// No stream that tells what it has kept.
        case nobody
        /// The server did not answer.
        case unknown
    }

    /// Asks who keeps a subject.
    ///
    /// - Parameter patience: How long the server may take to answer, and a server that has just begun to know its streams.
    /// - Throws: ``EventError`` where it cannot be asked, `CancellationError`.
    func keeper(of subject: EventSubject, patience: Duration) async throws -> Keeper {
        let question: JSONValue = ["subject": .string("\(subject)")]
        let message = NATSMessage(subject: "$JS.API.STREAM.LIST", data: Array(question.serialized().utf8))
        let clock = ContinuousClock()
        let end = clock.now + self.connection.configuration.timeLimit
        while true {
            let start = clock.now
            let answer = try await self.inbox.ask([message], deadline: patience)[0]
            if let answer, answer.status != 503 { return Self.keeper(in: answer) }
            let change = self.connection.lastChange
            guard answer != nil else {
                // A server that ends takes the question with it.
                if let change, change > start, clock.now < end { continue }
                return .unknown
            }
            guard let change, clock.now - change < patience else { return .nobody }
            try await clock.sleep(for: .milliseconds(50))
        }
    }

    private static func keeper(in answer: NATSMessage) -> Keeper {
        let streams = (try? JSONValue(parsing: answer.data))?["streams"]?.arrayValue ?? []
        let keepers = streams.compactMap { $0["config"] }.filter { $0["no_ack"]?.boolValue != true }
        return (keepers.first?["name"]?.stringValue).map { .stream($0) } ?? .nobody
    }
}
