// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import HTTPAPI
import HTTPTypes
import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import OrderedCollections
import Testing

@Suite("Keys over HTTP")
struct AccessTests {
    private static func access(_ allowance: Allowance? = nil) async throws -> AccessGuard {
        var settings = AccessSettings()
        let grants = [
            AccessGrant(name: "ask", models: [ModelPattern("scripted")], allowance: allowance),
            AccessGrant(name: "other", models: [ModelPattern("other")]),
            AccessGrant(name: "run", scopes: [.admin]), AccessGrant(name: "scrape", scopes: [.metrics]),
        ]
        settings.keys = grants.map { AccessKey(hash: KeyHash(of: "key-of-\($0.name)"), grant: $0) }
        // No time passes, so that nothing comes back while a test runs.
        return try await AccessGuard(settings, time: Timekeeper(ManualClock()))
    }

    private static func bearer(_ name: String) -> [(String, String)] { [("authorization", "Bearer key-of-\(name)")] }

    @Test(
        "What a request wants follows from its path; what is not known is for administrators",
        arguments: [
            (.get, "/health", .health), (.head, "/", .health), (.get, "/v2/health/ready", .health),
            (.get, "/metrics", .metrics), (.post, "/v1/chat/completions", .inference), (.get, "/v1/models", .inference),
            (.delete, "/v1/models/x", .admin), (.get, "/v1/usage", .admin), (.post, "/api/generate", .inference),
            (.get, "/api/ps", .admin), (.get, "/v2", .inference), (.post, "/v2/models/a/infer", .inference),
            (.post, "/v2/models/a/trace/setting", .admin), (.get, "/v2/models/a/trace/setting", .inference),
            (.post, "/v2/repository/index", .inference), (.post, "/v2/repository/models/a/load", .admin),
            (.post, "/v2/repository/default/index", .inference), (.post, "/v2/logging", .admin),
            (.post, "/v2/%72epository/models/a/load", .admin), (.post, "/v3/anything", .admin), (.post, "/", .admin),
            (.post, "/v1/experiments/e/outcomes", .inference), (.get, "/v1/experiments/e/outcomes", .admin),
            (.post, "/v1/experiments/e/assignments", .inference), (.get, "/v1/experiments/e/assignments", .admin),
            (.get, "/v1/experiments/e/assignment", .inference), (.head, "/v1/experiments/e/assignment", .inference),
            (.post, "/v1/experiments/e/assignment", .admin), (.get, "/v1/experiments", .admin),
            (.post, "/v1/experiments", .admin), (.get, "/v1/experiments/e", .admin),
            (.get, "/v1/experiments/assignment", .admin), (.post, "/v1/experiments/outcomes", .admin),
            (.post, "/v1/experiments/e/stop", .admin), (.post, "/v1/experiments/e/stop/outcomes", .admin),
            (.post, "/v1/experiments/e/outcomes/x", .admin), (.delete, "/v1/experiments/e/outcomes", .admin),
            (.get, "/v1/catalog/models", .admin), (.post, "/v1/catalog/models/outcomes/assignments", .admin),
        ] as [(HTTPRequest.Method, String, RouteKind)])
    func kinds(method: HTTPRequest.Method, path: String, kind: RouteKind) {
        #expect(RouteKind(method, path: path.pathComponents, metricsPath: ["metrics"]) == kind)
    }

    @Test(
        "Who shows no key, or one that may not do it, is told so in the protocol's form",
        arguments: [
            ("/v1/chat/completions", "error.code"), ("/v1/messages", "error.type"), ("/api/chat", "code"),
            ("/v2/models/x/infer", nil),
        ] as [(String, String?)])
    func refusals(path: String, codePath: String?) async throws {
        try await LiveServer.run(ScriptedModel(replies: ["fine"]), access: Self.access()) { server in
            let expected = [
                (401, [], "invalid_api_key", "authentication_error"),
                (401, [("x-api-key", "key-of-nobody")], "invalid_api_key", "authentication_error"),
                (403, Self.bearer("run"), "insufficient_permissions", "permission_error"),
            ]
            for (status, headers, code, type) in expected {
                let reply = try await server.send(.POST, path, body: "{}", headers: headers)
                #expect(reply.status == status && !reply.text.contains("key-of-"))
                #expect((reply.headers["www-authenticate"] == "Bearer") == (status == 401))
                switch codePath {
                case "error.code": #expect(reply.error["code"]?.stringValue == code)
                case "error.type": #expect(reply.error["type"]?.stringValue == type)
                case "code": #expect(reply.json["code"]?.stringValue == code)
                default: #expect(reply.json.objectValue?.count == 1 && reply.error.stringValue != nil)
                }
            }
            #expect(try await server.send(.GET, "/health").status == 200)
            let ask = #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}]}"#
            #expect(try await server.send(body: ask, headers: Self.bearer("ask")).status == 200)
        }
    }

    @Test("A key asks and sees the models that it may, and no others")
    func models() async throws {
        try await LiveServer.run(ScriptedModel(replies: ["fine"]), access: Self.access()) { server in
            for (path, members) in [
                ("/v1/chat/completions", #""messages":[{"role":"user","content":"Hi"}]"#),
                ("/v1/completions", #""prompt":"Hi""#), ("/v1/responses", #""input":"Hi""#),
                ("/v1/messages", #""max_tokens":9,"messages":[{"role":"user","content":"Hi"}]"#),
                ("/api/generate", #""prompt":"Hi""#), ("/v1/embeddings", #""input":"Hi""#), ("/api/show", #""x":1"#),
            ] {
                let body = #"{"model":"scripted",\#(members)}"#
                let reply = try await server.send(.POST, path, body: body, headers: Self.bearer("other"))
                #expect(reply.status == 403, "\(path): \(reply.text)")
            }
            let path = "/v2/models/scripted/infer"
            #expect(try await server.send(.POST, path, body: "{}", headers: Self.bearer("other")).status == 403)
            for (name, count) in [("ask", 1), ("other", 0)] {
                let openAI = try await server.send(.GET, "/v1/models", headers: Self.bearer(name))
                #expect(openAI.json["data"]?.arrayValue?.count == count)
                let ollama = try await server.send(.GET, "/api/tags", headers: Self.bearer(name))
                #expect(ollama.json["models"]?.arrayValue?.count == count)
            }
        }
    }

    @Test("Accounts have the key's name, whatever the request says of its user")
    func accounts() async throws {
        let ledger = UsageLedger()
        let model = ScriptedModel(replies: ["a", "b"]).wrapped(in: [Accounting(ledger, model: "scripted")])
        try await LiveServer.run(model, usage: ledger, access: Self.access()) { server in
            let body = #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}],"user":"ann"}"#
            for key in ["authorization", "x-api-key"] {
                let value = key == "authorization" ? "Bearer key-of-ask" : "key-of-ask"
                #expect(try await server.send(body: body, headers: [(key, value)]).status == 200)
            }
            #expect(try await server.send(.GET, "/v1/usage", headers: Self.bearer("ask")).status == 403)
            let usage = try await server.send(.GET, "/v1/usage", headers: Self.bearer("run"))
            #expect(usage.json["accounts"]?.arrayValue?.map { $0["caller"] } == ["ask"])
        }
    }

    @Test("Past its rate a key is refused with the time to wait, and every reply tells what is left")
    func rates() async throws {
        let access = try await Self.access(Allowance(requestsPerMinute: 2, tokensPerMinute: 1000))
        try await LiveServer.run(ScriptedModel(replies: ["a", "b", "c"]), access: access) { server in
            let body = #"{"model":"scripted","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#
            let first = try await server.send(body: body, headers: Self.bearer("ask"))
            #expect(first.status == 200 && first.headers["x-ratelimit-limit-requests"] == "2")
            #expect(first.headers["x-ratelimit-remaining-requests"] == "1")
            #expect(first.headers["x-ratelimit-reset-requests"] == "30s")
            #expect(first.headers["x-ratelimit-limit-tokens"] == "1000")
            #expect(first.headers["x-ratelimit-remaining-tokens"].flatMap { Int($0) } ?? 1000 < 1000)
            _ = try await server.send(body: body, headers: Self.bearer("ask"))
            let third = try await server.send(body: body, headers: Self.bearer("ask"))
            #expect(third.status == 429 && third.headers["retry-after"] == "30")
            #expect(third.error["code"] == "rate_limit_exceeded" && third.error["type"] == "rate_limit_error")
            #expect(third.headers["x-ratelimit-reset-requests"] == "1m0s")
            // Others have rates of their own.
            #expect(try await server.send(.GET, "/v1/usage", headers: Self.bearer("run")).status == 200)
        }
    }

    @Test("Tokens past the rate are refused before anything is generated")
    func tokenRates() async throws {
        let access = try await Self.access(Allowance(tokensPerMinute: 100))
        try await LiveServer.run(ScriptedModel(replies: ["a", "b"]), access: access) { server in
            func ask(_ tokens: Int) async throws -> LiveServer.Reply {
                try await server.send(
                    body: #"{"model":"scripted","max_tokens":\#(tokens),"messages":[{"role":"user","content":"Hi"}]}"#,
                    headers: Self.bearer("ask"))
            }
            #expect(try await ask(80).status == 200)
            let refused = try await ask(99)
            #expect(refused.status == 429 && refused.headers["retry-after"] != nil)
            #expect(try await ask(20).status == 200)
        }
    }
}
