// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import LLMCore
import Testing

@Suite("Log-probabilities in replies")
struct LogProbabilityTests {
    private func tokens(_ reply: ChatReply, _ delta: TextDelta) throws -> [JSONValue] {
        var chunks = ChatChunks(reply, completions: 1, includesUsage: false)
        let event = String(decoding: chunks.bytes(for: .text(delta), of: 0), as: UTF8.self)
        let json = try JSONValue(parsing: String(event.dropFirst("data: ".count)))
        return json["choices"]?.arrayValue?.first?["logprobs"]?["content"]?.arrayValue ?? []
    }

    @Test("Each token has its text, its bytes, and as many alternatives as asked for")
    func tokens() throws {
        let reply = ChatReply(id: "i", created: 1, model: "m", topLogProbabilities: 1)
        let token = SampledToken(
            id: 7, logProbability: -0.5,
            alternatives: [
                .init(id: 7, text: "é", logProbability: -0.5), .init(id: 8, text: "e", logProbability: -1.5),
            ])
        let expected: JSONValue = [
            "token": "é", "logprob": -0.5, "bytes": [195, 169],
            "top_logprobs": [["token": "é", "logprob": -0.5, "bytes": [195, 169]]],
        ]
        let told = try self.tokens(reply, TextDelta(text: "é", tokens: [token]))
        #expect(told == [expected])
    }

    @Test("The texts of several tokens make up the piece, however little a backend tells")
    func texts() throws {
        let reply = ChatReply(id: "i", created: 1, model: "m", topLogProbabilities: 0)
        let named = SampledToken(id: 1, alternatives: [.init(id: 1, text: "Hel", logProbability: -1)])
        for (tokens, expected) in [
            ([SampledToken(text: "Hel"), SampledToken(text: "lo")], ["Hel", "lo"]),
            ([named, SampledToken(id: 2)], ["Hel", "lo"]),
            ([SampledToken(id: 1), SampledToken(id: 2)], ["", "Hello"]),
        ] {
            let texts = try self.tokens(reply, TextDelta(text: "Hello", tokens: tokens)).map {
                $0["token"]?.stringValue
            }
            #expect(texts == expected)
        }
    }

    @Test("Nothing is told that was not asked for")
    func none() throws {
        let reply = ChatReply(id: "i", created: 1, model: "m")
        let delta = TextDelta(text: "a", tokens: [SampledToken(id: 1, logProbability: -1)])
        let told = try self.tokens(reply, delta)
        #expect(told.isEmpty)
    }
}
