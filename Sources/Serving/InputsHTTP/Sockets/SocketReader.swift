// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MediaDecoding
internal import MultimodalInputs
internal import NIOCore
internal import WebSocketServing

/// Brings what comes over a connection of WebSocket into the queue; while that is full nothing is read.
struct SocketReader: Sendable {
    let queue: InputQueue

    /// Reads until the connection ends.
    ///
    /// - Throws: What keeps the connection from being read or written.
    func read(_ channel: NIOAsyncChannel<WebSocketMessage, WebSocketReply>, _ visit: SocketDoor.Visit) async throws {
        try await channel.executeThenClose { inbound, outbound in
            var conversation = visit.conversation
            for try await message in inbound {
                do {
                    guard let event = try Self.event(of: message, in: &conversation) else { continue }
                    let insertion = try await self.queue.push(event)
                    guard visit.wantsReplies else { continue }
                    try await outbound.write(.text(event.reply(insertion).serialized()))
                } catch let error as MultimodalError {
                    // The client ends the connection then, or its time is over.
                    try await outbound.write(.close(WebSocketClosing(error)))
                }
            }
        }
    }

    private static func event(
        of message: WebSocketMessage, in conversation: inout InputConversation
    ) throws -> InputEvent? {
        switch message {
        case .text(let text): try conversation.event(text: text, now: SystemTime.nanoseconds)
        case .binary(let bytes): try conversation.event(bytes: bytes, now: SystemTime.nanoseconds)
        }
    }
}

extension WebSocketClosing {
    /// Says why an input is refused.
    init(_ error: MultimodalError) {
        let code: Code =
            switch error.code {
            case .unknownFormat, .unsuitable: .unsupported
            case .damaged: .inconsistent
            case .invalidEvent, .late: .policy
            case .tooLarge: .tooLarge
            case .queueFull: .tryAgainLater
            case .queueClosed: .goingAway
            default: .failed
            }
        self.init(code, error.message)
    }
}
