// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

extension JetStreamAPI {
    /// How many messages may wait for their receipts at once, and about how many bytes of theirs.
    private static let window = (count: 4096, bytes: 4 << 20)
    /// How long a receipt may take before a message is sent again.
    private static let resend = Duration.seconds(1)

    /// Publishes messages into a stream, again and again until each has its receipt: by its identifier (`Nats-Msg-Id`) the
    /// server knows what it has.
    ///
    /// They are kept in their order, although all are under way at once and any of them may be lost: each but the first is
    /// sent under the condition that the one before is the stream's last (`Nats-Expected-Last-Msg-Id`).
    /// - Throws: ``Refusal``; ``EventError`` with code `.deadlineExceeded`, after which publishing them again is safe.
    func publish(_ messages: [NATSMessage]) async throws -> [StreamReceipt] {
        var receipts: [StreamReceipt] = []
        while receipts.count < messages.count {
            var (end, bytes) = (receipts.count, 0)
            while end < messages.count, end - receipts.count < Self.window.count, bytes < Self.window.bytes {
                bytes += messages[end].data.count
                end += 1
            }
            receipts += try await self.publishAll(messages[receipts.count..<end])
        }
        return receipts
    }

    private func publishAll(_ messages: ArraySlice<NATSMessage>) async throws -> [StreamReceipt] {
        var receipts: [Int: StreamReceipt] = [:]
        let clock = ContinuousClock()
        let limit = self.connection.configuration.timeLimit
        var end = clock.now + limit
        var window = messages.count
        while true {
            let missing = messages.indices.filter { receipts[$0] == nil }.prefix(window)
            let questions = missing.map {
                $0 == missing.first ? messages[$0] : messages[$0].following(messages[$0 - 1])
            }
            let wait = min(Self.resend, max(.milliseconds(1), end - clock.now))
            let answers = try await self.inbox.ask(questions, deadline: wait)
            let known = receipts.count
            for (index, answer) in zip(missing, answers) {
                if let answer, answer.status != 503 { receipts[index] = try Self.receipt(answer) }
            }
            guard receipts.count < messages.count else { return messages.indices.compactMap { receipts[$0] } }
            // What others publish at the same time comes between many sooner than between few.
            window = max(1, 2 * (receipts.count - known))
            if receipts.count > known { end = clock.now + limit }
            guard clock.now < end else {
                throw EventError(
                    .deadlineExceeded,
                    """
                    \(messages.count - receipts.count) of \(messages.count) messages got no receipt of a stream within \
                    \(limit); publishing them again is safe.
                    """)
            }
            // A server that starts has no JetStream yet.
            if answers.contains(where: { $0?.status == 503 }) { try await clock.sleep(for: .milliseconds(50)) }
        }
    }

    /// Reads a receipt; nil where the message was not kept, since another came before it.
    private static func receipt(_ answer: NATSMessage) throws -> StreamReceipt? {
        guard let value = try? JSONValue(parsing: answer.data) else {
            throw EventError(.unreadablePayload, "JetStream's receipt is no JSON.")
        }
        if let refusal = value["error"].map({ Refusal($0) }) {
            if refusal.code == Code.wrongLastMessage { return nil }
            throw refusal
        }
        guard let sequence = value["seq"]?.integerValue else {
            throw EventError(.unreadablePayload, "JetStream's receipt has no sequence.")
        }
        return StreamReceipt(sequence: sequence, isDuplicate: value["duplicate"]?.boolValue ?? false)
    }
}
