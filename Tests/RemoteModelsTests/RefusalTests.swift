// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import RemoteModels
import RemoteTransport
import Testing

@Suite("Refusals")
struct RefusalTests {
    struct Case: Sendable {
        var status: Int
        var body: JSONValue
        var code: LLMError.Code
    }

    @Test(
        "What a server refuses becomes an error with a code",
        arguments: [
            Case(
                status: 400,
                body: [
                    "error": [
                        "message": "This model's maximum context length is 8192 tokens.",
                        "type": "invalid_request_error",
                        "code": "context_length_exceeded",
                    ]
                ], code: .contextOverflow),
            Case(status: 400, body: ["error": ["message": "bad", "code": 400]], code: .invalidRequest),
            Case(
                status: 401, body: ["error": ["message": "Incorrect API key provided: sk-secret-1."]],
                code: .unauthorized),
            Case(status: 403, body: ["detail": "no"], code: .unauthorized),
            Case(status: 404, body: ["error": "model 'm' not found"], code: .unknownModel),
            Case(status: 413, body: .null, code: .invalidRequest),
            Case(
                status: 422,
                body: ["error": "`inputs` tokens + `max_new_tokens` must be <= 2048", "error_type": "validation"],
                code: .contextOverflow),
            Case(status: 429, body: ["error": ["message": "slow down"]], code: .rateLimited),
            Case(status: 500, body: "plain", code: .backendFailed),
            Case(status: 503, body: ["object": "error", "message": "Loading model"], code: .unavailable),
            Case(status: 529, body: ["type": "error", "error": ["type": "overloaded_error"]], code: .overloaded),
            Case(
                status: 502, body: ["error": ["message": "cut", "code": "llm.truncated-stream"]], code: .truncatedStream
            ),
            Case(status: 502, body: ["error": "cut", "code": "llm.truncated-stream"], code: .truncatedStream),
        ])
    func codes(item: Case) async throws {
        var reply = ScriptedServer.Reply.json(item.body, status: item.status)
        reply.headers.add(name: "retry-after", value: "3")
        try await ScriptedServer.run({ [reply] _ in reply }) { server in
            let model = OpenAIChatModel("m", baseURL: server.url, key: try APIKey("sk-secret-1"))
            let error = await #expect(throws: LLMError.self) {
                try await model.generate(GenerationRequest(prompt: "Hello"))
            }
            #expect(error?.code == item.code && error?.retryAfter == .seconds(3))
            #expect(error?.message.contains("sk-secret-1") == false && error?.message.contains(server.url) == true)
        }
    }

    @Test("Where nobody answers, the backend is unavailable")
    func unavailable() async {
        let error = await #expect(throws: LLMError.self) {
            try await OpenAIChatModel("m", baseURL: "http://127.0.0.1:1").generate(GenerationRequest(prompt: "Hello"))
        }
        #expect(error?.code == .unavailable)
    }

    @Test(
        "What a backend lacks is refused before anything is sent",
        arguments: [
            { $0.prompt = .raw("x") }, { $0.sampling.topK = 3 }, { $0.constraint = .choices(["a"]) },
            { $0.adapter = "poet" },
            { $0.overflow = .slide(keeping: 1) }, { $0.sampling.dry = .init() },
        ] as [@Sendable (inout GenerationRequest) -> Void])
    func unsupported(change: @Sendable (inout GenerationRequest) -> Void) async throws {
        try await ScriptedServer.run({ _ in .json(.null) }) { server in
            var request = GenerationRequest(prompt: "Hello", sampling: SamplingOptions(temperature: 1, topP: 1))
            change(&request)
            let error = await #expect(throws: LLMError.self) {
                try await OpenAIChatModel("m", baseURL: server.url).generate(request)
            }
            #expect(error?.code == .unsupported && server.requests.isEmpty)
        }
    }
}
