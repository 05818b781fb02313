// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The events of OpenAI's Chat Completions and Completions, each of which tells what one answer did.
struct ChoiceEvents: Sendable {
    /// What every event begins with, up to its choices.
    private let head: [UInt8]
    private let includesUsage: Bool

    /// Prepares what all events say.
    ///
    /// - Parameters:
    ///   - reply: What is said of the reply in each event.
    ///   - object: The name of what an event is.
    ///   - includesUsage: Whether the events end with the count of tokens.
    init(_ reply: ChatReply, object: String, includesUsage: Bool) {
        self.includesUsage = includesUsage
        var head = JSONWriter(capacity: 192)
        head.object { reply.writeHead(of: object, to: &$0) }
        self.head = Array("data: ".utf8) + head.bytes.dropLast() + Array(",\"choices\":[".utf8)
    }

    /// The event of a choice, whose object was written.
    func event(_ choice: JSONWriter) -> [UInt8] {
        self.head + choice.bytes + (self.includesUsage ? Self.endWithoutUsage : Self.end)
    }

    /// The bytes after the last answer's end.
    func end(_ usage: TokenUsage) -> [UInt8] {
        let done = Array("data: [DONE]\n\n".utf8)
        guard self.includesUsage else { return done }
        var writer = JSONWriter(capacity: 128)
        usage.write(to: &writer)
        return self.head + Array("],\"usage\":".utf8) + writer.bytes + Array("}\n\n".utf8) + done
    }

    /// The bytes that end a reply that failed.
    static func failure(_ error: APIError) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        error.write(to: &writer)
        return writer.event()
    }

    private static let end = Array("]}\n\n".utf8)
    private static let endWithoutUsage = Array("],\"usage\":null}\n\n".utf8)
}
