// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import HTTPTypes
import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Errors in each protocol's form")
struct ErrorFormTests {
    @Test(
        "The path says which form clients expect",
        arguments: [
            ("/v1/chat/completions", ErrorForm.openAI), ("/v1/responses", .openAI), ("/v1/messages", .anthropic),
            ("/v1/messages/count_tokens", .anthropic), ("/v1/messagesx", .openAI), ("/api/chat", .ollama),
            ("/api/nothing", .ollama), ("/apix", .openAI), ("/", .openAI),
        ])
    func paths(path: String, form: ErrorForm) { #expect(ErrorForm(path: path) == form) }

    @Test(
        "Each kind of failure has Anthropic's status and type",
        arguments: [
            (LLMError(.unknownModel, "m"), 404, "not_found_error"),
            (LLMError(.invalidRequest, "m"), 400, "invalid_request_error"),
            (LLMError(.rateLimited, "m"), 429, "rate_limit_error"),
            (LLMError(.overloaded, "m"), 529, "overloaded_error"),
            (LLMError(.unavailable, "m"), 503, "api_error"), (LLMError(.deadlineExceeded, "m"), 504, "timeout_error"),
            (APIError(.unauthorized, "m"), 401, "authentication_error"),
            (APIError(.forbidden, "m"), 403, "permission_error"),
            (APIError(.contentTooLarge, "m"), 413, "request_too_large"),
            (APIError(.methodNotAllowed, "m"), 405, "invalid_request_error"),
            (LLMError(.backendFailed, "m"), 502, "api_error"),
        ] as [(any Error, Int, String)])
    func anthropic(error: any Error, status: Int, type: String) throws {
        let told = APIError(error)
        let body = try self.body(told, .anthropic)
        #expect(ErrorForm.anthropic.status(of: told).code == status)
        #expect(body["type"] == "error" && body["error"]?["type"]?.stringValue == type)
        #expect(body["error"]?["message"] == "m")
        #expect(ErrorForm.ollama.status(of: told) == told.status)
    }

    @Test("A prompt that is too long is called so, in the words that clients know")
    func overflow() throws {
        let told = APIError(LLMError(.contextOverflow, "5000 tokens > 4096."))
        #expect(try self.body(told, .anthropic)["error"]?["message"] == "prompt is too long: 5000 tokens > 4096.")
        #expect(
            try self.body(told, .ollama) == ["error": "5000 tokens > 4096.", "code": "context_length_exceeded"])
    }

    private func body(_ error: APIError, _ form: ErrorForm) throws -> JSONValue {
        var writer = JSONWriter()
        form.write(error, to: &writer)
        return try JSONValue(parsing: writer.bytes)
    }

    /// The message of an error, where its form has it.
    private static func message(_ reply: LiveServer.Reply, _ form: ErrorForm) -> String? {
        form == .ollama ? reply.json["error"]?.stringValue : reply.error["message"]?.stringValue
    }

    @Test(
        "Bad requests of every protocol get an error in its form, and the server serves on",
        arguments: [
            (.POST, "", 400), (.POST, "{", 400), (.POST, "[]", 400), (.POST, "\u{0}", 400),
            (.POST, String(repeating: "[", count: 5000), 400), (.POST, "{}", 400), (.POST, #"{"model":1}"#, 400),
            (.POST, #"{"model":"other"}"#, 404), (.GET, nil, 405), (.DELETE, nil, 405),
        ] as [(HTTPMethod, String?, Int)],
        [
            ("/v1/completions", ErrorForm.openAI), ("/v1/responses", .openAI), ("/v1/messages", .anthropic),
            ("/v1/messages/count_tokens", .anthropic), ("/api/chat", .ollama), ("/api/generate", .ollama),
            ("/api/embed", .ollama), ("/api/show", .ollama),
        ])
    func refuses(request: (HTTPMethod, String?, Int), route: (String, ErrorForm)) async throws {
        let (method, body, status) = request
        let (path, form) = route
        try await LiveServer.run(ScriptedModel(replies: ["still here"])) { server in
            let reply = try await server.send(method, path, body: body)
            #expect(reply.status == status)
            #expect(Self.message(reply, form)?.isEmpty == false)
            #expect(reply.headers["content-type"] == "application/json")
            #expect((reply.json["type"] == "error") == (form == .anthropic))
            if status == 405 { #expect(reply.headers["allow"] == "POST") }
            #expect(try await server.chat().status == 200)
        }
    }

    @Test("What fails before the first event has a status of its own, in every protocol, streamed or not")
    func failures() async throws {
        let ask = #""messages":[{"role":"user","content":"a"}],"max_tokens":5,"prompt":"a","input":"a""#
        for (path, form) in [
            ("/v1/completions", ErrorForm.openAI), ("/v1/messages", .anthropic), ("/api/chat", .ollama),
            ("/api/generate", .ollama),
        ] {
            for streams in [true, false] {
                let error = LLMError(.rateLimited, "Too many requests.", retryAfter: .milliseconds(2500))
                let reply = try await LiveServer.run(ScriptedModel(replies: [.failure(error)])) { server in
                    try await server.send(.POST, path, body: #"{"model":"scripted","stream":\#(streams),\#(ask)}"#)
                }
                #expect(reply.status == 429 && reply.headers["retry-after"] == "3", "\(path)")
                #expect(Self.message(reply, form) == "Too many requests.", "\(path)")
            }
        }
    }
}
