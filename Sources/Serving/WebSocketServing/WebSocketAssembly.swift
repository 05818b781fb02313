// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import NIOCore
package import NIOWebSocket

/// Puts the frames of a client together, and says what is to be done; it never waits or writes.
///
/// NIO's decoder has looked at lengths; that a frame is masked, has no reserved bits and stands where it may is looked at here.
package struct WebSocketAssembly {
    /// What is to be done.
    package enum Action: Equatable {
        /// Nothing yet.
        case wait
        /// A message is whole.
        case deliver(WebSocketMessage)
        /// A ping is to be answered.
        case pong(ByteBuffer)
        /// The client ends the connection; its close frame is to be answered by this one.
        case close(ByteBuffer)
        /// The client breaks a rule.
        case refuse(WebSocketClosing)
    }

    private let limits: WebSocketLimits
    private var message: ByteBuffer?
    private var isText = false
    private var fragments = 0

    /// Makes an assembly without a message.
    package init(_ limits: WebSocketLimits) { self.limits = limits }

    /// Whether a message has begun and is not whole.
    package var isUnderWay: Bool { self.message != nil }

    /// Takes a frame.
    package mutating func take(_ frame: WebSocketFrame) -> Action {
        guard frame.maskKey != nil else { return .broken("a frame of the client is not masked") }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .broken("a frame has reserved bits; no extension was agreed on")
        }
        switch frame.opcode {
        case .text, .binary:
            guard self.message == nil else { return .broken("a message begins inside another one") }
            self.message = ByteBuffer()
            self.isText = frame.opcode == .text
            self.fragments = 0
            return self.append(frame)
        case .continuation:
            guard self.message != nil else { return .broken("a fragment continues nothing") }
            return self.append(frame)
        case .ping: return .pong(frame.unmaskedData)
        case .pong: return .wait
        case .connectionClose: return self.end(frame.unmaskedData)
        default: return .broken("a frame has an unknown opcode")
        }
    }

    private mutating func append(_ frame: WebSocketFrame) -> Action {
        self.fragments += 1
        let total = (self.message?.readableBytes ?? 0) + frame.length
        guard total <= self.limits.messageBytes else {
            return .refuse(.tooLarge(self.limits))
        }
        guard self.fragments <= self.limits.fragments else {
            return .refuse(
                WebSocketClosing(.policy, "a message has more than \(self.limits.fragments) fragments"))
        }
        self.message?.writeImmutableBuffer(frame.unmaskedData)
        guard frame.fin, let message = self.message.take() else { return .wait }
        guard self.isText else { return .deliver(.binary(Array(message.readableBytesView))) }
        guard let text = String(validating: message.readableBytesView, as: UTF8.self) else {
            return .refuse(WebSocketClosing(.inconsistent, "a text is not UTF-8"))
        }
        return .deliver(.text(text))
    }

    /// Reads a close frame; what may stand in it is written in RFC 6455, section 7.4.2.
    private func end(_ payload: ByteBuffer) -> Action {
        var rest = payload
        guard payload.readableBytes > 0 else { return .close(payload) }
        guard let code = rest.readInteger(as: UInt16.self),
            (1000...1014).contains(code) && ![1004, 1005, 1006].contains(code) || (3000...4999).contains(code)
        else { return .broken("a close frame has no valid code") }
        guard String(validating: rest.readableBytesView, as: UTF8.self) != nil else {
            return .refuse(WebSocketClosing(.inconsistent, "the reason of a close frame is not UTF-8"))
        }
        return .close(payload.getSlice(at: payload.readerIndex, length: 2) ?? payload)
    }
}

extension WebSocketAssembly.Action {
    fileprivate static func broken(_ reason: String) -> Self { .refuse(WebSocketClosing(.protocolError, reason)) }
}

extension WebSocketClosing {
    /// What is said of a message that is too large.
    static func tooLarge(_ limits: WebSocketLimits) -> Self {
        Self(.tooLarge, "at most \(limits.messageBytes) bytes are taken")
    }
}
