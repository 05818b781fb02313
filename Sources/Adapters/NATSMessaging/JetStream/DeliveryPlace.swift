// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What the subject says that a delivery is acknowledged on: `$JS.ACK.stream.consumer.deliveries.sequence.number.time.pending`,
/// with the domain and the account's hash before the stream in newer servers.
struct DeliveryPlace {
    private let token: String
    private let deliveries: Int
    /// What tells this message from all others, of this stream, of others, and of one that had this name before.
    private let identifier: String
    /// The place in the stream, from 1.
    let sequence: Int
    /// Which of the consumer's deliveries it is, from 1.
    let number: Int
    /// When it came.
    let time: Date
    /// How many more events the consumer has.
    let pending: Int

    /// Reads the subject; nil where it is none of an acknowledgement.
    init?(_ subject: String?) {
        guard let subject, subject.hasPrefix("$JS.ACK.") else { return nil }
        let words = subject.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map(Substring.init)
        guard words.count == 9 || words.count >= 11 else { return nil }
        let first = words.count == 9 ? 4 : 6
        guard let deliveries = Int(words[first]), let sequence = Int(words[first + 1]),
            let number = Int(words[first + 2]), let nanoseconds = Int(words[first + 3]),
            let pending = Int(words[first + 4])
        else { return nil }
        self.token = subject
        self.identifier = "nats-\(words[first - 2])-\(sequence)-\(nanoseconds)"
        self.deliveries = deliveries
        self.sequence = sequence
        self.number = number
        self.time = Date(timeIntervalSince1970: Double(nanoseconds) / 1e9)
        self.pending = pending
    }

    /// The delivery of a message; nil where it is no event.
    func delivery(of message: NATSMessage, takingBytes takesBytes: Bool = false) -> EventDelivery? {
        var message = message
        // The place to acknowledge on is not where an answer is awaited.
        message.replyTo = nil
        guard var event = message.event(takingBytes: takesBytes) else { return nil }
        if message["Nats-Msg-Id"] == nil { event.id = self.identifier }
        return EventDelivery(
            StoredEvent(event: event, sequence: self.sequence, time: self.time), deliveries: self.deliveries,
            token: self.token)
    }
}
