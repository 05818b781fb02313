// SPDX-License-Identifier: Apache-2.0

/// A whole message of a client, its fragments put together.
package enum WebSocketMessage: Sendable, Hashable {
    /// A text, which is UTF-8.
    case text(String)
    /// Bytes.
    case binary([UInt8])
}

/// What is sent to a client.
package enum WebSocketReply: Sendable, Hashable {
    /// A text.
    case text(String)
    /// The connection ends.
    case close(WebSocketClosing)
}
