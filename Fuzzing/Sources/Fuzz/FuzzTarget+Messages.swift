// SPDX-License-Identifier: Apache-2.0
internal import EventMessaging
internal import InputsMessaging
internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs
internal import NIOCore
internal import NIOEmbedded
internal import NIOWebSocket
internal import WebSocketServing

@testable internal import NATSMessaging

extension FuzzTarget {
    /// Subject, place of an answer and headers in lines, then what is brought.
    static let messageSeeds: [[UInt8]] = [
        "room.chat\n_INBOX.a.1\nNats-Msg-Id: 1\nX-Input-Source: chat\nEvent-Schema-Version: 2\n\n{\"text\": \"a\"}",
        "room.door\n$JS.ACK.on-room.inputs.1.2.3.1700000000000000000.4\nContent-Type: text/plain\nEvent-Bytes: 1\n\nhi",
        "a\n$JS.ACK.hub.hash.on-room.inputs.1.2.3.1700000000000000000.4.token\nX-Input-Timestamp: 5\n\n[1, 2]",
    ].map { Array($0.utf8) }

    /// A text, a message in fragments with a ping between, a picture, an end.
    static var socketSeeds: [[UInt8]] {
        func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
            [first, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload
        }
        let texts = FuzzTarget.inputSeeds.filter { $0.count < 126 }.map { frame(0x81, $0) }
        let fragments = frame(0x01, Array("a".utf8)) + frame(0x89, [1]) + frame(0x00, [0xC3]) + frame(0x80, [0xBC])
        let picture = frame(0x82, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        return texts + [fragments + picture + frame(0x88, [3, 232]), texts.flatMap(\.self)]
    }

    /// Reads what comes over buses and sockets.
    func runMessages(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .natsMessage: Self.readMessage(bytes)
        case .subject: Self.readSubjects(String(decoding: bytes, as: UTF8.self))
        default: Self.readSocket(bytes)
        }
    }

    private static func readMessage(_ bytes: [UInt8]) -> Bool {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 64, omittingEmptySubsequences: false)[...]
        let text = lines.popFirst().map { String(decoding: $0, as: UTF8.self) } ?? ""
        let reply = lines.popFirst().map { String(decoding: $0, as: UTF8.self) }
        var message = NATSMessage(subject: text, replyTo: reply)
        while let line = lines.popFirst(), !line.isEmpty {
            let parts = String(decoding: line, as: UTF8.self).split(separator: ": ", maxSplits: 1)
            message.headers.append((parts.first.map(String.init) ?? "", parts.last.map(String.init) ?? ""))
        }
        message.data = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
        if let delivery = DeliveryPlace(reply)?.delivery(of: message, takingBytes: true) {
            _ = try? InputEvent(delivery.event, arrival: 7)
        }
        guard let event = message.event(takingBytes: true) else { return false }
        if let input = try? InputEvent(event, arrival: 7) {
            precondition((try? InputEvent.check(source: input.source)) != nil, "a source cannot stand in a prompt")
        }
        // What was read can be told again, unless its identifier cannot, and is the same then.
        guard let again = try? NATSMessage(event) else { return true }
        precondition(again.event(takingBytes: true) == event, "an event is not what was read")
        return true
    }

    private static func readSubjects(_ text: String) -> Bool {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let patterns = words.compactMap { try? EventPattern($0) }
        let subjects = words.compactMap { try? EventSubject($0) }
        for subject in subjects {
            precondition(EventPattern(subject).matches(subject), "a subject does not match itself")
            for pattern in patterns { _ = pattern.matches(subject) }
        }
        for pattern in patterns { _ = EventStreamConfiguration.keeping(pattern).name }
        return !patterns.isEmpty
    }

    private static func readSocket(_ bytes: [UInt8]) -> Bool {
        let channel = EmbeddedChannel()
        var limits = WebSocketLimits(messageBytes: 512)
        limits.fragments = 8
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.messageBytes))
        guard (try? channel.pipeline.syncOperations.addHandlers([WebSocketFrameEncoder(), decoder])) != nil,
            (try? WebSocketHandler.add(to: channel, limits)) != nil,
            (try? channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()) != nil,
            var conversation = try? InputConversation(source: "fuzz")
        else { return false }
        var hasRead = false
        for start in stride(from: 0, to: bytes.count, by: 37) {
            _ = try? channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + 37, bytes.count)]))
            while let message = try? channel.readInbound(as: WebSocketMessage.self) {
                hasRead = true
                switch message {
                case .text(let text):
                    precondition(text.utf8.count <= limits.messageBytes, "a message is larger than it may be")
                    _ = try? conversation.event(text: text, now: 7)
                case .binary(let bytes):
                    precondition(bytes.count <= limits.messageBytes, "a message is larger than it may be")
                    _ = try? conversation.event(bytes: bytes, now: 7)
                }
            }
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return hasRead
    }
}
