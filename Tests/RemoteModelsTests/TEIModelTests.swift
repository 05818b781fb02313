// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteModels
import Testing

@Suite("Text Embeddings Inference")
struct TEIModelTests {
    private static func reply(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        switch request.path {
        case "/embed":
            let texts = request.json["inputs"]?.arrayValue ?? []
            return .json(.array(texts.map { [.integer($0.stringValue?.utf8.count ?? 0), 0.5] }))
        case "/tokenize": return .json([[["id": 1, "text": "a"], ["id": 2, "text": "b"]]])
        case "/health": return ScriptedServer.Reply()
        default: return .json(["error": "no route"], status: 404)
        }
    }

    @Test("Texts are embedded in batches that the server takes")
    func embeds() async throws {
        try await ScriptedServer.run(Self.reply) { server in
            let model = try RemoteBackend.tei.open("m", baseURL: server.url, environment: [:])
            let texts = (1...70).map { String(repeating: "a", count: $0) }
            #expect(try await model.embed(texts) == (1...70).map { [Float($0), 0.5] })
            #expect(server.requests.map { $0.json["inputs"]?.arrayValue?.count } == [32, 32, 6])
            #expect(server.requests.allSatisfy { $0.json["truncate"] == false })
            #expect(try await model.embed([]) == [])
            #expect(try await model.tokenCount(.raw("a b")) == 2)
            try await model.checkHealth()
            let error = await #expect(throws: LLMError.self) {
                try await model.generate(GenerationRequest(prompt: "Hi"))
            }
            #expect(error?.code == .unsupported)
        }
    }

    @Test(
        "Too few vectors, or of different lengths, are the server's failure",
        arguments: [[[1.0]], [[1], [1, 2]], [[], []]])
    func broken(vectors: [[Double]]) async throws {
        let reply = ScriptedServer.Reply.json(.array(vectors.map { .array($0.map { .number($0) }) }))
        try await ScriptedServer.run({ _ in reply }) { server in
            let error = await #expect(throws: LLMError.self) {
                try await TEIModel(baseURL: server.url).embed(["a", "b"])
            }
            #expect(error?.code == .backendFailed)
        }
    }
}
