// SPDX-License-Identifier: Apache-2.0

/// How much a client may send, and how slowly.
package struct WebSocketLimits: Sendable, Hashable {
    /// Bytes of a message, and of each frame.
    package var messageBytes: Int
    /// Frames of a message.
    package var fragments = 1_024
    /// How long a message may take from its first byte to its last.
    package var messageTime = Duration.seconds(120)
    /// After how long without a byte a client is asked for a sign of life; it has as long again to give one.
    package var silence = Duration.seconds(20)
    /// How long a client that was told of the end may take to say it, too.
    package var closing = Duration.seconds(2)

    /// Sets how large messages may be.
    package init(messageBytes: Int) { self.messageBytes = messageBytes }
}
