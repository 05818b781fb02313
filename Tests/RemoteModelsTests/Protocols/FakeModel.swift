// SPDX-License-Identifier: Apache-2.0

import LLMCore

/// A model without a mind, behind the scripted servers of every protocol.
struct FakeModel {
    /// What a protocol's request asks, as far as the answer depends on it.
    struct Question {
        var text: String
        var isStreamed: Bool
        var maxTokens: Int?
        var offersTools = false
        var schema: JSONValue?
        var forced: String?
    }

    /// What it answers.
    struct Answer {
        var pieces: [String] = []
        var calls: [ToolCall] = []
        var reason = FinishReason.stop
        let promptTokens = 7

        var text: String { self.pieces.joined() }
    }

    static let model = "fake-1"

    static func answer(_ question: Question) -> Answer {
        if question.offersTools, !question.text.contains("Sunny") {
            let calls = ["Paris", "Rome"].enumerated().map {
                ToolCall(id: "call-\($0)", name: "get_weather", arguments: ["city": .string($1)])
            }
            return Answer(calls: calls, reason: .toolCalls)
        }
        if let schema = question.schema { return Answer(pieces: [Self.value(of: schema).serialized()]) }
        if let forced = question.forced { return Answer(pieces: [forced]) }
        // One that cannot be held to a schema gets it right when told what was wrong.
        if question.text.contains("contains no JSON") { return Answer(pieces: ["{\"city\":", "\"Rome\"}"]) }
        let pieces = ["The ", "capital is", " Paris", " é😀", "."]
        guard let limit = question.maxTokens, limit < pieces.count else { return Answer(pieces: pieces) }
        return Answer(pieces: Array(pieces.prefix(limit)), reason: .length)
    }

    private static func value(of schema: JSONValue) -> JSONValue { schema["const"] ?? ["city": "Paris"] }
}

extension ScriptedServer.Reply {
    /// The same reply, broken off: after its first piece, or within its only one.
    var broken: Self {
        var reply = self
        if self.pieces.count > 1 {
            reply.pieces = [self.pieces[0]]
        } else {
            reply.pieces = self.pieces.map { Array($0.prefix($0.count / 2)) }
            reply.end = .cutOff
        }
        return reply
    }
}
