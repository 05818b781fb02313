// SPDX-License-Identifier: Apache-2.0

import HTTPAPI
import LLMCore
import Logging
import ModelGateway
import NIOCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("The server")
struct ServerTests {
    @Test("Health and models are told")
    func models() async throws {
        let model = ScriptedModel(name: "org/model")
        try await LiveServer.run(model) { server in
            #expect(try await server.send(.GET, "/health").json == ["status": "ok"])
            let entry: JSONValue = [
                "id": "org/model", "object": "model", "created": 1_700_000_000, "owned_by": "open-autoglm",
            ]
            #expect(try await server.send(.GET, "/v1/models").json == ["object": "list", "data": [entry]])
            #expect(try await server.send(.GET, "/v1/models/org/model").json == entry)
            #expect(try await server.send(.GET, "/v1/models/org%2Fmodel").json == entry)
            let unknown = try await server.send(.GET, "/v1/models/org/modle")
            #expect(unknown.status == 404)
            #expect(unknown.error["message"]?.stringValue?.contains("org/model") == true)
        }
    }

    @Test(
        "Bad requests get a clear error, and the server serves on",
        arguments: [
            (.POST, "/v1/chat/completions", "", 400, "invalid_json"),
            (.POST, "/v1/chat/completions", "{", 400, "invalid_json"),
            (.POST, "/v1/chat/completions", "[]", 400, "invalid_type"),
            (.POST, "/v1/chat/completions", "\u{0}", 400, "invalid_json"),
            (.POST, "/v1/chat/completions", String(repeating: "[", count: 5000), 400, "invalid_json"),
            (.POST, "/v1/chat/completions", "{}", 400, "missing_required_parameter"),
            (.POST, "/v1/chat/completions", #"{"model":1}"#, 400, "invalid_type"),
            (.POST, "/v1/chat/completions", #"{"model":"other","messages":[]}"#, 404, "model_not_found"),
            (.POST, "/v1/chat/completions", #"{"model":"scripted"}"#, 400, "missing_required_parameter"),
            (.GET, "/v1/chat/completions", nil, 405, "method_not_allowed"),
            (.DELETE, "/v1/models", nil, 405, "method_not_allowed"),
            (.POST, "/v1/nothing", "{}", 404, "unknown_url"), (.GET, "/", nil, 404, "unknown_url"),
            (.GET, "/v1/models/../../etc", nil, 404, nil),
        ] as [(HTTPMethod, String, String?, Int, String?)])
    func refuses(method: HTTPMethod, path: String, body: String?, status: Int, code: String?) async throws {
        let model = ScriptedModel(replies: ["still here"])
        try await LiveServer.run(model) { server in
            let reply = try await server.send(method, path, body: body)
            #expect(reply.status == status)
            #expect(reply.error["message"]?.stringValue?.isEmpty == false)
            if let code { #expect(reply.error["code"]?.stringValue == code) }
            if status == 405 { #expect(reply.headers["allow"] == (path == "/v1/models" ? "GET" : "POST")) }
            #expect(try await server.chat().status == 200)
        }
    }

    @Test("A body that is too large is refused, announced or not")
    func bodyLimit() async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 1000
        try await LiveServer.run(ScriptedModel(replies: ["fine"]), limits: limits) { server in
            let large = try await server.send(body: String(repeating: " ", count: 1001))
            #expect(large.status == 413)
            #expect(large.error["code"] == "request_too_large")
            #expect(try await server.chat().status == 200)
        }
    }

    @Test("Headers that are too large are refused")
    func headerLimit() async throws {
        try await LiveServer.run(ScriptedModel(replies: ["fine"])) { server in
            let reply = try await server.send(
                .GET, "/health", headers: [("x-large", String(repeating: "a", count: 70_000))])
            #expect(reply.status == 431 && reply.error["message"]?.stringValue?.contains("headers") == true)
            #expect(try await server.chat().status == 200)
        }
    }

    @Test("A client that goes away ends its generation, streamed or not", arguments: [true, false])
    func cancellation(streams: Bool) async throws {
        let model = HangingModel()
        try await LiveServer.run(model) { server in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await server.chat(streams ? #","stream":true"# : "", model: "endless") }
                await model.started.first { _ in true }
                group.cancelAll()
            }
            await model.stopped.first { _ in true }
        }
    }

    @Test("Two servers cannot listen on one port")
    func portInUse() async throws {
        try await LiveServer.run(ScriptedModel()) { server in
            var second = HTTPServer(models: Gateway(models: []), logger: .init(label: "test"))
            second.port = server.port
            let other = second
            await #expect(throws: (any Error).self) { try await other.run() }
        }
    }
}
