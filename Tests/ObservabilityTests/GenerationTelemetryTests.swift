// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import Observability
import OpenAutoGLMTesting
import Synchronization
import Testing
import Tracing

@Suite("Generations in traces and metrics")
struct GenerationTelemetryTests {
    private let probe = TelemetryProbe()
    private let identity = ModelIdentity(provider: "openai", model: "gpt", url: "https://api.example.com/v1")

    private func model(
        _ replies: [ScriptedModel.Reply], _ telemetry: Telemetry, identity: ModelIdentity? = nil
    ) -> any ModelAdapter {
        ScriptedModel(replies: replies, name: "gpt").wrapped(in: [
            GenerationTelemetry(telemetry, model: identity ?? self.identity)
        ])
    }

    @Test("A generation is a span after the conventions, which ends with its stream")
    func span() async throws {
        let telemetry = self.probe.telemetry()
        let model = self.model([.text("one two three")], telemetry)
        var request = GenerationRequest(
            prompt: "Hello there", sampling: SamplingOptions(temperature: 0.2, topK: 40, seed: 7), maxTokens: 20,
            stop: ["END"])
        request.sampling.frequencyPenalty = 0.5
        let stream = try await model.generate(request)
        #expect(self.probe.spans.isEmpty)
        _ = try await stream.response()
        let span = try #require(self.probe.spans.first)
        #expect(span.name == "chat gpt" && span.kind == .client && span.status == .unset)
        #expect(
            span.attributes.json == [
                "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt",
                "server.address": "api.example.com", "server.port": 443, "gen_ai.request.temperature": 0.2,
                "gen_ai.request.top_p": 0.95, "gen_ai.request.top_k": 40.0, "gen_ai.request.max_tokens": 20,
                "gen_ai.request.seed": 7, "gen_ai.request.stop_sequences": ["END"],
                "gen_ai.request.frequency_penalty": 0.5, "gen_ai.request.stream": true, "gen_ai.output.type": "text",
                "gen_ai.response.time_to_first_chunk": 0.0, "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.usage.input_tokens": 2, "gen_ai.usage.output_tokens": 3,
            ])
    }

    @Test("Raw text in this process is a text completion of its own")
    func local() async throws {
        let model = self.model(
            ["ok"], self.probe.telemetry(), identity: ModelIdentity(provider: "open-autoglm", model: "small"))
        _ = try await model.generate(GenerationRequest(prompt: .raw("Once"))).response()
        let span = try #require(self.probe.spans.first)
        #expect(span.name == "text_completion small" && span.kind == .internal)
        #expect(span.attributes["server.address"] == nil)
    }

    @Test("What is sent on carries the span's context")
    func context() async throws {
        let seen = Seen()
        let model = seen.wrapped(in: [GenerationTelemetry(self.probe.telemetry(), model: self.identity)])
        _ = try await model.generate(GenerationRequest(prompt: "Hi")).response()
        _ = try await model.embed(["Hi"])
        #expect(self.probe.spans.map(\.context) == seen.contexts)
        #expect(self.probe.spans.last?.attributes["gen_ai.embeddings.dimension.count"] == 3)
    }

    @Test(
        "Failures are told by their code, at the beginning and in the middle",
        arguments: [
            (.failure(LLMError(.rateLimited, "Slow down.")), "llm.rate-limited"),
            (.cutOff(after: "half"), "llm.truncated-stream"),
        ] as [(ScriptedModel.Reply, String)])
    func failures(reply: ScriptedModel.Reply, code: String) async throws {
        let telemetry = self.probe.telemetry()
        let model = self.model([reply], telemetry)
        await #expect(throws: LLMError.self) {
            try await model.generate(GenerationRequest(prompt: "Hi")).response()
        }
        let span = try #require(self.probe.spans.first)
        #expect(span.attributes["error.type"] == .string(code) && span.isError)
        let line = telemetry.metrics.lines().first { $0.hasPrefix("gen_ai_client_operation_duration_seconds_count") }
        #expect(line?.contains("error_type=\"\(code)\"") == true)
    }

    @Test("A reader who goes away ends the span without an error")
    func dropped() async throws {
        let model = self.model([.endless(after: "and so on")], self.probe.telemetry())
        for try await _ in try await model.generate(GenerationRequest(prompt: "Hi")) { break }
        let span = try #require(self.probe.spans.first)
        #expect(span.attributes["error.type"] == "cancelled" && span.status == .unset)
    }

    @Test("Durations, tokens and the times of pieces are measured, with the trace as their example")
    func metrics() async throws {
        let telemetry = self.probe.telemetry { $0.conventions = .latest }
        let probe = self.probe
        let model = self.model(
            [.held("Hel", until: { probe.advance(by: .milliseconds(300)) }, then: "lo")], telemetry)
        let stream = try await model.generate(GenerationRequest(prompt: "Hello there"))
        self.probe.advance(by: .milliseconds(100))
        _ = try await stream.response()
        let lines = telemetry.metrics.lines(.openMetrics)
        let labels = #"gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt""#
        let server = #"server_address="api.example.com",server_port="443""#
        for expected in [
            "gen_ai_client_operation_duration_seconds_sum{\(labels),\(server)} 0.4",
            "gen_ai_client_operation_time_to_first_chunk_seconds_sum{\(labels),\(server)} 0.1",
            "gen_ai_client_operation_time_per_output_chunk_seconds_sum{\(labels),\(server)} 0.3",
            "gen_ai_client_token_usage_sum{\(labels),\(server),gen_ai_token_type=\"input\"} 2.0",
            "gen_ai_client_token_usage_sum{\(labels),\(server),gen_ai_token_type=\"output\"} 2.0",
            "gen_ai_client_inference_usage_output_tokens_sum{\(labels),\(server)} 2.0",
        ] { #expect(lines.contains(expected)) }
        let trace = try #require(self.probe.spans.first).context
        #expect(lines.contains { $0.contains("trace_id=\"\(trace.traceID)\"") })
    }

    @Test("What is said is told only where that is asked for", arguments: [true, false])
    func content(isCaptured: Bool) async throws {
        let telemetry = self.probe.telemetry { options in
            (options.capturesContent, options.isOpenInference) = (isCaptured, true)
        }
        let model = self.model(["Paris."], telemetry)
        let prompt = GenerationPrompt.messages([.system("Be brief."), .user("The capital of France?")])
        _ = try await model.generate(GenerationRequest(prompt: prompt)).response()
        let attributes = try #require(self.probe.spans.first).attributes
        #expect(attributes["openinference.span.kind"] == "LLM" && attributes["llm.token_count.total"] == 8)
        let text = attributes.json.serialized()
        guard isCaptured else { return #expect(!text.contains("France") && !text.contains("Paris")) }
        #expect(
            attributes["gen_ai.input.messages"]
                == #"[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},{"role":"user","parts":[{"type":"text","content":"The capital of France?"}]}]"#
        )
        #expect(
            attributes["gen_ai.output.messages"]
                == #"[{"role":"assistant","parts":[{"type":"text","content":"Paris."}],"finish_reason":"stop"}]"#)
        #expect(attributes["llm.input_messages.1.message.content"] == "The capital of France?")
        #expect(attributes["output.value"] == "Paris.")
    }

    @Test("What a server's clients get is measured with all that wraps around the model")
    func serving() async throws {
        let telemetry = self.probe.telemetry()
        let probe = self.probe
        let inner = ScriptedModel(replies: [
            .held("Hel", until: { probe.advance(by: .milliseconds(250)) }, then: "lo"),
            .failure(LLMError(.overloaded, "Full.")),
        ])
        let model = inner.wrapped(in: [ServingTelemetry(telemetry, model: "chat")])
        _ = try await model.generate(GenerationRequest(prompt: "Hi")).response()
        await #expect(throws: LLMError.self) { try await model.generate(GenerationRequest(prompt: "Hi")) }
        let lines = telemetry.metrics.lines()
        let labels =
            #"gen_ai_operation_name="chat",gen_ai_provider_name="open-autoglm",gen_ai_request_model="chat""#
        for expected in [
            "gen_ai_server_request_duration_seconds_count{\(labels)} 1",
            "gen_ai_server_request_duration_seconds_count{\(labels),error_type=\"llm.overloaded\"} 1",
            "gen_ai_server_time_to_first_token_seconds_count{\(labels)} 1",
            "gen_ai_server_time_per_output_token_seconds_sum{\(labels)} 0.25",
        ] { #expect(lines.contains(expected)) }
    }

    @Test(
        "The server's place is taken from its URL",
        arguments: [
            ("http://localhost:8000/v1", "localhost", 8000), ("https://api.openai.com/v1", "api.openai.com", 443),
            ("http://user:pass@host", "host", 80), ("grpc://[::1]:8001", "[::1]", 8001), ("http://[::1]/", "[::1]", 80),
            ("nonsense", nil, nil),
        ] as [(String, String?, Int?)])
    func places(url: String, server: String?, port: Int?) {
        let identity = ModelIdentity(provider: "p", model: "m", url: url)
        #expect(identity.server == server && identity.port == port)
    }
}

/// A model that notes in which trace it is asked.
private final class Seen: ModelAdapter {
    let name = "seen"
    let capabilities: ModelCapabilities = [.chat, .embeddings]
    private let inner = ScriptedModel(replies: ["ok"])
    private let state = Mutex<[TraceContext]>([])

    var contexts: [TraceContext] { self.state.withLock { $0 } }

    private func note() { if let context = TraceContext.current { self.state.withLock { $0.append(context) } } }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        self.note()
        return try await self.inner.generate(request)
    }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        self.note()
        return texts.map { _ in [1, 2, 3] }
    }
}
