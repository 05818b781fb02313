// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Writes a streamed reply in the form of one protocol, from whatever its answers do next.
///
/// It is a value without I/O: each call gives the bytes to send.
package protocol ReplyChunks: Sendable {
    /// What kind of bytes these are.
    static var mediaType: String { get }

    /// The bytes that tell what an answer did; none where a client has nothing of it.
    mutating func bytes(for event: GenerationEvent, of index: Int) -> [UInt8]

    /// Whether every answer has said why it ended.
    var isComplete: Bool { get }

    /// The bytes after the last answer's end.
    mutating func end() -> [UInt8]

    /// The bytes that end a reply that failed.
    mutating func failure(_ error: APIError) -> [UInt8]
}
