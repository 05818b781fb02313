// SPDX-License-Identifier: Apache-2.0

internal import ByteCompression
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Gives what stands behind it messages of a call as they were before they were compressed.
///
/// The transport can do this itself, and forgets to give back zlib's memory, 40 KB for each call (grpc-swift-nio-transport 2.9).
/// Messages that are damaged, or too large, go on as they came: the transport refuses them.
final class InflatedCalls: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    private static let forms: [String: ZlibForm] = ["gzip": .gzip, "deflate": .zlib]
    private static let frameHead = 5

    private let maximumBytes: Int
    private var form: ZlibForm?
    private var hasBegun = false
    private var waiting = ByteBuffer()

    /// - Parameter maximumBytes: The most bytes of a message.
    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .headers(let headers) where !self.hasBegun:
            self.hasBegun = true
            context.fireChannelRead(self.wrapInboundOut(.headers(self.begin(headers))))
        case .data(let part) where self.form != nil:
            context.fireChannelRead(self.wrapInboundOut(.data(self.inflated(part))))
        default: context.fireChannelRead(data)
        }
    }

    /// Reads how messages are compressed; behind this they are not.
    private func begin(_ headers: HTTP2Frame.FramePayload.Headers) -> HTTP2Frame.FramePayload.Headers {
        let encodings = headers.headers["grpc-encoding"]
        guard encodings.count == 1, let form = Self.forms[encodings[0]] else { return headers }
        self.form = form
        var headers = headers
        headers.headers.remove(name: "grpc-encoding")
        return headers
    }

    /// The whole messages of what has come so far.
    private func inflated(_ part: HTTP2Frame.FramePayload.Data) -> HTTP2Frame.FramePayload.Data {
        guard case .byteBuffer(var bytes) = part.data else { return part }
        self.waiting.writeBuffer(&bytes)
        var whole = ByteBuffer()
        while self.moveMessage(to: &whole) {}
        // What is cut off, or larger than may be, is the transport's to refuse.
        if part.endStream || self.isTooLarge { whole.writeBuffer(&self.waiting) }
        self.waiting.discardReadBytes()
        return HTTP2Frame.FramePayload.Data(data: .byteBuffer(whole), endStream: part.endStream)
    }

    private var nextLength: Int? {
        self.waiting.getInteger(at: self.waiting.readerIndex + 1, as: UInt32.self).map(Int.init)
    }

    private var isTooLarge: Bool { self.nextLength.map { $0 > self.maximumBytes } ?? false }

    /// Moves a message with its frame, inflated; false where none is whole.
    private func moveMessage(to whole: inout ByteBuffer) -> Bool {
        guard let length = self.nextLength, length <= self.maximumBytes,
            var message = self.waiting.getSlice(
                at: self.waiting.readerIndex + Self.frameHead, length: length),
            var frame = self.waiting.readSlice(length: Self.frameHead + length)
        else { return false }
        let isCompressed = frame.getInteger(at: frame.readerIndex, as: UInt8.self) == 1
        if isCompressed, let inflated = try? self.form?.inflated(message, limit: self.maximumBytes) {
            message = inflated
            whole.writeInteger(UInt8(0))
            whole.writeInteger(UInt32(message.readableBytes))
            whole.writeBuffer(&message)
        } else {
            whole.writeBuffer(&frame)
        }
        return true
    }
}
