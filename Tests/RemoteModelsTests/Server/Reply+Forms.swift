// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1

extension ScriptedServer.Reply {
    /// A whole JSON document.
    static func json(_ value: JSONValue, status: Int = 200) -> Self {
        Self(status: status, headers: ["content-type": "application/json"], pieces: [Array(value.serialized().utf8)])
    }

    /// Server-sent events with this data, each a piece of its own.
    static func events(_ data: [String], end: End = .complete) -> Self {
        Self(
            headers: ["content-type": "text/event-stream"], pieces: data.map { Array("data: \($0)\n\n".utf8) }, end: end
        )
    }

    /// The same bytes in pieces of a length.
    func cut(every length: Int) -> Self {
        var reply = self
        let bytes = self.pieces.flatMap(\.self)
        reply.pieces = stride(from: 0, to: bytes.count, by: length).map {
            Array(bytes[$0..<min($0 + length, bytes.count)])
        }
        return reply
    }
}
