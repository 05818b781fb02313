// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MediaDecoding
import MultimodalInputs
import NIOCore
import NIOEmbedded
import NIOWebSocket
import OpenAutoGLMTesting
import Testing
import WebSocketServing

@Suite("Damaged frames of WebSocket")
struct DamagedFramesTests {
    private typealias Client = SocketClient

    private static let limits: WebSocketLimits = {
        var limits = WebSocketLimits(messageBytes: 300)
        limits.fragments = 4
        return limits
    }()

    /// What a client may say, frame by frame.
    private static let conversation: [UInt8] = [
        Client.frame(1, Array(#"{"source": "door", "modality": "text", "timestamp_ns": 5}"#.utf8)),
        Client.frame(1, Array("sp".utf8), fin: false), Client.frame(9, Array("there?".utf8)),
        Client.frame(0, [0xC3], fin: false), Client.frame(0, [0xBC]),
        Client.frame(1, Array(#"{"data": "aGk=", "source": "chat"}"#.utf8)),
        Client.frame(2, [UInt8](repeating: 97, count: 200)), Client.frame(8, [0x03, 0xE8]),
    ].flatMap(\.self)

    /// What a connection brings, and the codes of the close frames that answer it.
    private func read(_ bytes: [UInt8], in pieces: Int) throws -> (messages: [WebSocketMessage], codes: [UInt16]) {
        let channel = EmbeddedChannel()
        let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.limits.messageBytes))
        try channel.pipeline.syncOperations.addHandler(WebSocketFrameEncoder())
        try channel.pipeline.syncOperations.addHandler(decoder)
        try WebSocketHandler.add(to: channel, Self.limits)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        var messages: [WebSocketMessage] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            // A connection that has ended takes no more.
            _ = try? channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + pieces, bytes.count)]))
            while let message = try channel.readInbound(as: WebSocketMessage.self) { messages.append(message) }
        }
        var codes: [UInt16] = []
        var said = ByteBuffer()
        while let part = try channel.readOutbound(as: ByteBuffer.self) { said.writeImmutableBuffer(part) }
        while let first = said.readInteger(as: UInt8.self), let length = said.readInteger(as: UInt8.self),
            var payload = said.readSlice(length: Int(length))
        {
            if first == 0x88 { codes.append(payload.readInteger(as: UInt16.self) ?? 1005) }
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(600))
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return (messages, codes)
    }

    @Test("A conversation is the same in whatever pieces it comes", arguments: [1, 2, 3, 7, 1_000])
    func pieces(count: Int) throws {
        let (messages, codes) = try self.read(Self.conversation, in: count)
        #expect(messages.count == 4 && messages[1] == .text("spü") && codes == [1000])
        var conversation = try InputConversation(source: "socket")
        let events = try messages.compactMap { message in
            switch message {
            case .text(let text): try conversation.event(text: text, now: 7)
            case .binary(let bytes): try conversation.event(bytes: bytes, now: 7)
            }
        }
        #expect(events.map(\.source) == ["door", "chat", "door"] && events.map(\.timestamp) == [5, 7, 7])
    }

    @Test("Whatever is changed, messages stay within their limits, and one code at most is told", arguments: 0..<16)
    func changed(seed: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        for _ in 0..<400 {
            var bytes = Self.conversation
            for _ in 0...Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
                }
            }
            let (messages, codes) = try self.read(bytes, in: Int.random(in: 1...80, using: &random))
            #expect(codes.count <= 1 && codes.allSatisfy { (1000...4999).contains($0) }, "\(codes): \(bytes)")
            var conversation = try InputConversation(source: "socket")
            for message in messages {
                let event: InputEvent?
                switch message {
                case .text(let text):
                    #expect(text.utf8.count <= Self.limits.messageBytes)
                    event = try? conversation.event(text: text, now: 7)
                case .binary(let bytes):
                    #expect(bytes.count <= Self.limits.messageBytes)
                    event = try? conversation.event(bytes: bytes, now: 7)
                }
                if let event { try InputEvent.check(source: event.source) }
            }
        }
    }
}
