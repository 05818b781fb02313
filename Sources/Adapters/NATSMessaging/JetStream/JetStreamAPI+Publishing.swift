// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

extension JetStreamAPI {
    /// How many messages may wait for their receipts at once.
    private static let window = 4096
    /// How long a receipt may take before a message is sent again.
    private static let resend = Duration.seconds(1)

    /// Publishes messages into a stream, again and again until each has its receipt: by its identifier (`Nats-Msg-Id`) the
    /// server knows what it has.
    ///
    /// - Throws: ``Refusal``; ``EventError`` with code `.deadlineExceeded`, after which publishing them again is safe.
    func publish(_ messages: [NATSMessage]) async throws -> [StreamReceipt] {
        var receipts: [StreamReceipt] = []
        for start in stride(from: 0, to: messages.count, by: Self.window) {
            receipts += try await self.publishAll(messages[start..<min(start + Self.window, messages.count)])
        }
        return receipts
    }

    private func publishAll(_ messages: ArraySlice<NATSMessage>) async throws -> [StreamReceipt] {
        var receipts: [Int: StreamReceipt] = [:]
        let clock = ContinuousClock()
        let limit = self.connection.configuration.timeLimit
        let end = clock.now + limit
        while true {
            let missing = messages.indices.filter { receipts[$0] == nil }
            let wait = min(Self.resend, max(.milliseconds(1), end - clock.now))
            let answers = try await self.inbox.ask(missing.map { messages[$0] }, deadline: wait)
            for (index, answer) in zip(missing, answers) where answer?.status != 503 {
                if let answer { receipts[index] = try Self.receipt(answer) }
            }
            guard receipts.count < messages.count else { return messages.indices.compactMap { receipts[$0] } }
            guard clock.now < end else {
                throw EventError(
                    .deadlineExceeded,
                    """
                    \(messages.count - receipts.count) of \(messages.count) messages got no receipt of a stream within \
                    \(limit); publishing them again is safe.
                    """)
            }
            // Without an answer they have waited already.
            if answers.contains(where: { $0 != nil }) { try await clock.sleep(for: .milliseconds(50)) }
        }
    }

    private static func receipt(_ answer: NATSMessage) throws -> StreamReceipt {
        guard let value = try? JSONValue(parsing: answer.data) else {
            throw EventError(.unreadablePayload, "JetStream's receipt is no JSON.")
        }
        if let error = value["error"] { throw Refusal(error) }
        guard let sequence = value["seq"]?.integerValue else {
            throw EventError(.unreadablePayload, "JetStream's receipt has no sequence.")
        }
        return StreamReceipt(sequence: sequence, isDuplicate: value["duplicate"]?.boolValue ?? false)
    }
}
