// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import NIOHTTP1
import Testing

@Suite("Embeddings over HTTP")
struct EmbeddingsTests {
    /// A model whose vector of a text is its length and its words.
    private struct LengthModel: ModelAdapter {
        let name = "lengths"
        let capabilities: ModelCapabilities = .embeddings

        func generate(_ request: GenerationRequest) async throws -> GenerationStream {
            throw LLMError(.unsupported, "It embeds.")
        }

        func embed(_ texts: [String]) async throws -> [[Float]] { texts.map { [Float($0.count), 0.5] } }

        func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { 2 }
    }

    @Test("Vectors come as numbers or as Base64, as asked")
    func vectors() async throws {
        try await LiveServer.run(LengthModel()) { server in
            let numbers = try await server.send(
                .POST, "/v1/embeddings", body: #"{"model":"lengths","input":["abc","d"]}"#)
            let expected: JSONValue = [
                "object": "list",
                "data": [
                    ["object": "embedding", "index": 0, "embedding": [3.0, 0.5]],
                    ["object": "embedding", "index": 1, "embedding": [1.0, 0.5]],
                ],
                "model": "lengths", "usage": ["prompt_tokens": 4, "total_tokens": 4],
            ]
            #expect(numbers.json == expected)
            let base64 = try await server.send(
                .POST, "/v1/embeddings", body: #"{"model":"lengths","input":"abc","encoding_format":"base64"}"#)
            #expect(base64.json["data"]?.arrayValue?.first?["embedding"] == "AABAQAAAAD8=")
        }
    }

    @Test("Vectors are accounted to whoever asks for them")
    func usage() async throws {
        let ledger = UsageLedger()
        let model = LengthModel().wrapped(in: [Accounting(ledger, model: "lengths")])
        try await LiveServer.run(model, usage: ledger) { server in
            let body = #"{"model":"lengths","input":"abc","user":"ann"}"#
            _ = try await server.send(.POST, "/v1/embeddings", body: body)
            #expect(ledger.accounts.keys.map(\.caller) == ["ann"])
        }
    }

    @Test(
        "What is wrong is refused by its name",
        arguments: [
            ("{}", "input"), (#"{"input":[]}"#, "input"), (#"{"input":[1,2]}"#, "input"), (#"{"input":5}"#, "input"),
            (#"{"input":"a","dimensions":3}"#, "dimensions"),
            (#"{"input":"a","encoding_format":"hex"}"#, "encoding_format"),
        ])
    func refuses(body: String, param: String) async throws {
        let named = #"{"model":"lengths","# + body.dropFirst()
        try await LiveServer.run(LengthModel()) { server in
            let text = named.replacing(",}", with: "}")
            let reply = try await server.send(.POST, "/v1/embeddings", body: text)
            #expect(reply.status == 400)
            #expect(reply.error["param"]?.stringValue == param)
        }
    }
}
