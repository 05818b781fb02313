// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOWebSocket

/// Why a connection ends, as its close frame says it (RFC 6455, section 7.4).
package struct WebSocketClosing: Sendable, Hashable {
    /// A number of the registry of close codes.
    package enum Code: UInt16, Sendable, CaseIterable {
        /// What the connection was for is done.
        case normal = 1000
        /// The server ends.
        case goingAway = 1001
        /// The client breaks the protocol.
        case protocolError = 1002
        /// What came is of no kind that is taken.
        case unsupported = 1003
        /// What came is not what it says it is, such as a text that is not UTF-8.
        case inconsistent = 1007
        /// What came may not be.
        case policy = 1008
        /// A message is larger than is taken.
        case tooLarge = 1009
        /// The server failed.
        case failed = 1011
        /// There is no room now.
        case tryAgainLater = 1013
    }

    /// A close frame holds 125 bytes, two of which are the code.
    private static let maximumReason = 123

    /// The number.
    package var code: Code
    /// Why, for people; what does not fit into a frame is cut off.
    package var reason: String

    /// Says why a connection ends.
    package init(_ code: Code, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    /// The close frame's payload.
    var payload: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(self.code.rawValue)
        var reason = self.reason
        while reason.utf8.count > Self.maximumReason { reason.removeLast() }
        buffer.writeString(reason)
        return buffer
    }
}
