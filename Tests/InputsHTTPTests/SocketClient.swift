// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix

/// A client of WebSocket that sends whatever bytes it likes (after RFC 6455).
struct SocketClient {
    struct Problem: Error {}

    /// What a frame is.
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var rest: [UInt8] = []
    /// The head of the answer to the handshake.
    private(set) var head = ""

    /// Connects and asks for WebSocket; a header without a value is left out.
    static func run(
        _ port: Int, _ query: String = "", headers: [(String, String)] = [],
        _ work: (inout SocketClient) async throws -> Void
    ) async throws {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(
            host: "127.0.0.1", port: port
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        try await channel.executeThenClose { inbound, outbound in
            var client = SocketClient(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            var fields = [
                ("Host", "127.0.0.1:\(port)"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
            ]
            fields.removeAll { field in headers.contains { $0.0 == field.0 } }
            let lines = (fields + headers).filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)\r\n" }.joined()
            try await client.send(Array("GET /v1/inputs/stream\(query) HTTP/1.1\r\n\(lines)\r\n".utf8))
            client.head = try await client.nextHead()
            try await work(&client)
        }
    }

    /// Skips to the next head of an answer, and reads it.
    mutating func nextHead() async throws -> String {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") { head += String(decoding: try await self.read(1), as: UTF8.self) }
        guard let start = head.range(of: "HTTP/1.1") else { throw Problem() }
        return String(head[start.lowerBound...])
    }

    /// The status of the answer to the handshake.
    var status: Int { Int(self.head.split(separator: " ")[1]) ?? 0 }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) async throws { try await self.outbound.write(ByteBuffer(bytes: bytes)) }

    /// Sends a frame.
    func send(_ opcode: Opcode, _ payload: [UInt8], fin: Bool = true) async throws {
        try await self.send(Self.frame(opcode.rawValue, payload, fin: fin))
    }

    /// Sends a text.
    func send(_ text: String) async throws { try await self.send(.text, Array(text.utf8)) }

    /// A frame, masked as a client must.
    static func frame(
        _ opcode: UInt8, _ payload: [UInt8], fin: Bool = true, reserved: UInt8 = 0, isMasked: Bool = true
    ) -> [UInt8] {
        var frame = [(fin ? 0x80 : 0) | reserved << 4 | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: frame.append(mask | UInt8(payload.count))
        case ..<65_536: frame += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: frame += [mask | 127] + (0..<8).map { UInt8(payload.count >> (56 - 8 * $0) & 255) }
        }
        guard isMasked else { return frame + payload }
        let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        return frame + key + payload.enumerated().map { $0.element ^ key[$0.offset % 4] }
    }

    /// The next frame of the server; nil where the connection has ended.
    mutating func frame() async throws -> (opcode: Opcode, payload: [UInt8])? {
        guard let first = try? await self.read(1)[0] else { return nil }
        guard let opcode = Opcode(rawValue: first & 15), first & 0xF0 == 0x80 else { throw Problem() }
        var length = Int(try await self.read(1)[0])
        if length == 126 { length = try await self.read(2).reduce(0) { $0 << 8 | Int($1) } }
        return (opcode, try await self.read(length))
    }

    /// Reads until the server ends the connection; nil where it does so without saying why.
    mutating func closing() async throws -> (code: Int, reason: String)? {
        while let (opcode, payload) = try await self.frame() {
            guard opcode == .close else { continue }
            guard payload.count >= 2 else { return (1005, "") }
            return (Int(payload[0]) << 8 | Int(payload[1]), String(decoding: payload[2...], as: UTF8.self))
        }
        return nil
    }

    /// Waits until the server has ended the connection, whatever it sends before.
    mutating func waitForEnd() async throws { while try await self.inbound.next(isolation: #isolation) != nil {} }

    private mutating func read(_ count: Int) async throws -> [UInt8] {
        while self.rest.count < count {
            guard let more = try await self.inbound.next(isolation: #isolation) else { throw Problem() }
            self.rest += more.readableBytesView
        }
        defer { self.rest.removeFirst(count) }
        return Array(self.rest[..<count])
    }
}
