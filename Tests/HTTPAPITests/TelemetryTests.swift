// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import NIOHTTP1
import Observability
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("The server watched")
struct TelemetryTests {
    private let spans = SpanList()

    private func telemetry() -> Telemetry { Telemetry(tracer: SpanTracer(receivers: [self.spans])) }

    private func watched(_ model: ScriptedModel, _ telemetry: Telemetry) -> any ModelAdapter {
        model.wrapped(in: [
            ServingTelemetry(telemetry, model: model.name),
            GenerationTelemetry(telemetry, model: ModelIdentity(provider: "test", model: model.name)),
        ])
    }

    @Test("A request is a span in its caller's trace, with the model's span in it", arguments: [false, true])
    func exchange(isStreamed: Bool) async throws {
        let telemetry = self.telemetry()
        let model = self.watched(ScriptedModel(replies: ["Hello there"]), telemetry)
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        try await LiveServer.run(model, telemetry: telemetry) { server in
            let reply = try await server.send(
                body: #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}],"stream":\#(isStreamed)}"#,
                headers: [("traceparent", parent), ("tracestate", "vendor=1")])
            #expect(reply.status == 200)
        }
        let server = try #require(self.spans.all.first { $0.kind == .server })
        let chat = try #require(self.spans.all.first { $0.name == "chat scripted" })
        #expect(server.name == "POST /v1/chat/completions" && self.spans.all.count == 2)
        #expect("\(server.context.traceID)" == "0af7651916cd43dd8448eb211c80319c")
        #expect(server.parentID.map { "\($0)" } == "b7ad6b7169203331" && server.isParentRemote)
        #expect(server.context.tracestate == "vendor=1" && chat.context.tracestate == "vendor=1")
        #expect(chat.parentID == server.context.spanID && chat.end <= server.end)
        #expect(server.attributes["http.route"] == "/v1/chat/completions")
        #expect(server.attributes["http.response.status_code"] == 200 && server.status == .unset)
    }

    @Test(
        "Failures have their status; those of the server's own are errors, and unknown paths count together",
        arguments: [
            ("/v1/chat/completions", #"{"model":"scripted","messages":[{"role":"user","content":"Hi"}]}"#, 503, true),
            ("/v1/chat/completions", "{", 400, false), ("/v1/secret-path-1", "{}", 404, false),
        ])
    func failures(path: String, body: String, status: Int, isError: Bool) async throws {
        let telemetry = self.telemetry()
        let model = self.watched(
            ScriptedModel(replies: [.failure(LLMError(.unavailable, "Gone."))]), telemetry)
        let text = try await LiveServer.run(model, telemetry: telemetry) { server in
            #expect(try await server.send(.POST, path, body: body).status == status)
            return try await server.send(.GET, "/metrics").text
        }
        let span = try #require(self.spans.all.first { $0.kind == .server })
        #expect(span.attributes["http.response.status_code"] == .int(status) && span.isError == isError)
        let line = text.split(separator: "\n").first { $0.hasPrefix("http_server_request_duration_seconds_count") }
        #expect(line?.contains("http_response_status_code=\"\(status)\"") == true)
        #expect(line?.contains("secret-path") == false)
    }

    @Test("A span says that its request came encrypted")
    func encryption() async throws {
        let (telemetry, encrypted) = (self.telemetry(), try EncryptedServer())
        let model = self.watched(ScriptedModel(replies: ["Hello"]), telemetry)
        try await LiveServer.run(model, telemetry: telemetry, tls: encrypted.contexts) { server in
            try await EncryptedServer.withClient(encrypted.client()) { client in
                let reply = try await server.encrypted(by: client).chat()
                #expect(reply.status == 200)
            }
        }
        let span = try #require(self.spans.all.first { $0.kind == .server })
        #expect(span.attributes["url.scheme"] == "https")
    }

    @Test("Metrics are shown in the format that is asked for, and looking at them is no request")
    func metrics() async throws {
        let telemetry = self.telemetry()
        let model = self.watched(ScriptedModel(replies: ["Hello"]), telemetry)
        try await LiveServer.run(model, telemetry: telemetry) { server in
            _ = try await server.chat()
            let plain = try await server.send(.GET, "/metrics")
            #expect(plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            for name in [
                "http_server_request_duration_seconds", "gen_ai_server_request_duration_seconds",
                "gen_ai_client_token_usage",
            ] { #expect(plain.text.contains("# TYPE \(name) histogram\n")) }
            #expect(plain.text.contains("http_server_active_requests{http_request_method=\"POST\"} 0.0"))
            let open = try await server.send(
                .GET, "/metrics", headers: [("accept", "application/openmetrics-text; version=1.0.0")])
            #expect(open.headers["content-type"]?.hasPrefix("application/openmetrics-text") == true)
            #expect(open.text.hasSuffix("# EOF\n") && open.text.contains("# {trace_id=\""))
            _ = try await server.send(.GET, "/health")
        }
        #expect(self.spans.all.filter { $0.kind == .server }.count == 1)
    }

    @Test("Without telemetry there are no metrics to see")
    func off() async throws {
        try await LiveServer.run(ScriptedModel()) { server in
            let reply = try await server.send(.GET, "/metrics")
            #expect(reply.status == 404)
        }
    }
}

/// Keeps every span.
private final class SpanList: TelemetryReceiver {
    private let state = Mutex<[SpanRecord]>([])
    var all: [SpanRecord] { self.state.withLock { $0 } }
    func receive(_ span: SpanRecord) { self.state.withLock { $0.append(span) } }
}
