// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// Notes when bytes of a client come, before frames are made of them.
final class WebSocketPace: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// When bytes came last.
    private(set) var lastBytes = NIODeadline.now()
    /// When the first byte of a message came that is not whole; nil where none is under way.
    private(set) var begin: NIODeadline?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.lastBytes = .now()
        if self.begin == nil { self.begin = self.lastBytes }
        context.fireChannelRead(data)
    }

    /// A frame is whole, and perhaps its message.
    func took(messageIsUnderWay: Bool) { if !messageIsUnderWay { self.begin = nil } }

    /// A client cannot be slow where nobody reads what it sends.
    func wait() {
        self.lastBytes = .now()
        if self.begin != nil { self.begin = self.lastBytes }
    }
}
