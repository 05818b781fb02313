// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHPACK
import NIOPosix

/// A connection of HTTP/2 whose frames are written byte by byte, as no client of gRPC would.
enum RawHTTP2 {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// How the server answered the call of stream 1.
    enum Answer: Sendable, Hashable {
        /// The call ended with this status of gRPC.
        case status(Int)
        /// The stream was reset, or the connection was ended, by HTTP/2's own means.
        case refused
    }

    // MARK: Frames

    /// What every connection begins with: the preface and empty settings.
    static let preface: [UInt8] = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4, [])

    /// A frame.
    ///
    /// - Parameters:
    ///   - type: 0 is data, 1 headers, 3 a reset, 4 settings, 6 a ping, 8 a window, 9 more headers.
    ///   - length: What it says its length is; nil for the truth.
    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8], length: Int? = nil
    ) -> [UInt8] {
        let length = UInt32(length ?? payload.count)
        var frame = Array(Self.bytes(of: length).dropFirst())
        frame += [type, flags]
        frame += Self.bytes(of: stream)
        frame += payload
        return frame
    }

    /// The headers of a call, without any of HPACK's tables.
    static func headers(_ path: String, _ more: [(String, String)] = []) -> [UInt8] {
        let all =
            [
                (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a"),
                ("content-type", "application/grpc"), ("te", "trailers"),
            ] + more
        var block: [UInt8] = []
        for (name, value) in all {
            block += [0, UInt8(name.utf8.count)]
            block += Array(name.utf8)
            block.append(UInt8(value.utf8.count))
            block += Array(value.utf8)
        }
        return block
    }

    /// A call on a stream: its headers, then bytes in as many frames as they need.
    static func call(
        _ path: String, _ bytes: [UInt8], _ more: [(String, String)] = [], stream: UInt32 = 1
    ) -> [UInt8] {
        var frames = Self.frame(1, flags: 4, stream: stream, Self.headers(path, more))
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(1 << 14)
            rest = rest.dropFirst(part.count)
            frames += Self.frame(0, flags: rest.isEmpty ? 1 : 0, stream: stream, Array(part))
        } while !rest.isEmpty
        return frames
    }

    /// A message in gRPC's frame.
    ///
    /// - Parameter length: What the frame says its length is; nil for the truth.
    static func message(_ bytes: [UInt8], isCompressed: UInt8 = 0, length: UInt32? = nil) -> [UInt8] {
        [isCompressed] + Self.bytes(of: length ?? UInt32(bytes.count)) + bytes
    }

    private static func bytes(of number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    // MARK: Connections

    /// Sends bytes after the preface, and reads until the call has ended or the server closes.
    static func ask(_ port: Int, _ bytes: [UInt8], preface: [UInt8] = preface) async throws -> Answer {
        try await self.connection(port).executeThenClose { inbound, outbound in
            // A server that has refused already may not take the rest.
            try? await outbound.write(ByteBuffer(bytes: preface + bytes))
            var reader = FrameReader()
            do {
                for try await part in inbound { if let answer = try reader.read(part) { return answer } }
            } catch is IOError {}
            return .refused
        }
    }

    /// Sends bytes, and closes without reading.
    static func leave(_ port: Int, after bytes: [UInt8]) async throws {
        try await self.connection(port).executeThenClose { _, outbound in
            try? await outbound.write(ByteBuffer(bytes: bytes))
        }
    }

    /// Sends bytes after the preface, and leaves the connection open once a ping among them is answered.
    static func open(_ port: Int, _ bytes: [UInt8], untilPing ping: [UInt8]) async throws -> any Channel {
        let group = MultiThreadedEventLoopGroup.singleton
        let answered = group.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Watch(for: ping, answered))
                }
            }.connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(bytes: Self.preface + bytes))
        try await answered.futureResult.get()
        return channel
    }

    /// Tells when some bytes have come, or the connection has ended without them.
    private final class Watch: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let wanted: [UInt8]
        private let promise: EventLoopPromise<Void>
        private var seen = ByteBuffer()

        init(for wanted: [UInt8], _ promise: EventLoopPromise<Void>) { (self.wanted, self.promise) = (wanted, promise) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = self.unwrapInboundIn(data)
            self.seen.writeBuffer(&bytes)
            if self.seen.readableBytesView.firstRange(of: self.wanted) != nil { self.promise.succeed() }
        }

        func channelInactive(context: ChannelHandlerContext) { self.promise.fail(ChannelError.eof) }
    }

    private static func connection(_ port: Int) async throws -> Connection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
    }

    /// Finds the end of the call in what the server sends.
    private struct FrameReader {
        private var buffer = ByteBuffer()
        private var decoder = HPACKDecoder(allocator: ByteBufferAllocator())

        /// Takes bytes; gives the answer once it is known.
        mutating func read(_ part: ByteBuffer) throws -> Answer? {
            self.buffer.writeImmutableBuffer(part)
            while let (type, payload) = self.nextFrame() {
                switch type {
                case 1:
                    var block = payload
                    let headers = try self.decoder.decodeHeaders(from: &block)
                    if let status = headers.first(name: "grpc-status").flatMap({ Int($0) }) { return .status(status) }
                    // What is no gRPC is refused by HTTP's own status.
                    if let status = headers.first(name: ":status"), status != "200" { return .refused }
                case 3, 7: return .refused
                default: break
                }
            }
            return nil
        }

        private mutating func nextFrame() -> (type: UInt8, payload: ByteBuffer)? {
            let start = self.buffer.readerIndex
            guard let high = self.buffer.getInteger(at: start, as: UInt8.self),
                let low = self.buffer.getInteger(at: start + 1, as: UInt16.self),
                let type = self.buffer.getInteger(at: start + 3, as: UInt8.self)
            else { return nil }
            let length = Int(high) << 16 | Int(low)
            guard self.buffer.readableBytes >= 9 + length else { return nil }
            self.buffer.moveReaderIndex(forwardBy: 9)
            return self.buffer.readSlice(length: length).map { (type, $0) }
        }
    }
}
