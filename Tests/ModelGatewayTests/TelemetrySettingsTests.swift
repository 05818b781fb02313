// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import ModelGateway
import Observability
import OpenAutoGLMTesting
import Testing

@Suite("Telemetry in a gateway's configuration")
struct TelemetrySettingsTests {
    private func settings(_ yaml: String, _ environment: [String: String] = [:]) throws -> TelemetrySettings? {
        try GatewayConfiguration(yaml: yaml, file: "f.yaml", environment: environment).telemetry
    }

    @Test("The example of docs/observability.md is read as it says")
    func example() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/observability.md"), encoding: .utf8)
        let start = try #require(page.range(of: "```yaml\n"))
        let end = try #require(page.range(of: "```", range: start.upperBound..<page.endIndex))
        let settings = try #require(
            try self.settings(String(page[start.upperBound..<end.lowerBound]), ["COLLECTOR_KEY": "abc"]))
        let otlp = try #require(settings.otlp)
        #expect(settings.service == "shop-models")
        #expect(settings.resource == ["deployment.environment.name": "production"])
        #expect(otlp.url(of: .traces) == "http://collector:4318/v1/traces" && otlp.carrier == .http)
        #expect(otlp.headers == ["api-key": "abc"] && otlp.timeout == .seconds(10) && otlp.signals.count == 3)
        #expect(settings.sampler == .parentBased(.ratio(0.1)) && settings.slow == .seconds(5) && settings.keepsErrors)
        #expect(!settings.options.capturesContent && settings.options.isOpenInference)
        #expect(settings.metricsPath == "/metrics" && settings.metricsInterval == .seconds(60))
        #expect(settings.logLevel == .info && !settings.logsContent && settings.writesLogs)
        #expect(settings.store?.path == "telemetry.sqlite" && settings.store?.bytes == 64 << 20)
    }

    @Test("Nothing is told unless somebody asks, and the file comes before OpenTelemetry's variables")
    func precedence() throws {
        #expect(try self.settings("models: {}") == nil)
        let variables = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:4318", "OTEL_SERVICE_NAME": "variable"]
        #expect(try self.settings("models: {}", variables)?.service == "variable")
        let file = try #require(try self.settings("telemetry: {service: file}", variables))
        #expect(file.service == "file" && file.otlp?.endpoint == "http://a:4318")
        let own = variables.merging(["AUTOGLM_TELEMETRY__SERVICE": "own", "AUTOGLM_TELEMETRY__STORE": "true"]) { $1 }
        let settings = try #require(try self.settings("telemetry: {service: file}", own))
        #expect(settings.service == "own" && settings.store != nil)
    }

    @Test(
        "Mistakes are named with their place",
        arguments: [
            (
                "telemetry: {tracse: {}}",
                "f.yaml:1:13: 'telemetry' has the unknown key 'tracse'. Did you mean 'traces'?"
            ),
            ("telemetry: {otlp: {protocol: json}}", "f.yaml:1:30: There is no 'json' here."),
            ("telemetry: {otlp: {signals: [spans]}}", "There are the signals traces, metrics and logs."),
            ("telemetry: {traces: {sampler: always}}", "There is no sampler 'always'."),
            ("telemetry: {traces: {ratio: 2}}", "a number from 0.0 to 1.0"),
            ("telemetry: {metrics: {path: metrics}}", "must begin with a slash"),
            ("telemetry: {logs: {level: loud}}", "There is no level 'loud'."),
            ("telemetry: {store: {megabytes: 0}}", "a whole number from 1"),
            ("telemetry: {otlp: {headers: {key: {env: MISSING}}}}", "'MISSING' of the environment is not set"),
            ("telemetry: []", "'telemetry' must be a mapping"),
        ])
    func mistakes(yaml: String, problem: String) throws {
        let error = #expect(throws: GatewayError.self) { try self.settings(yaml) }
        #expect(error?.message.contains(problem) == true, "\(error?.message ?? "")")
    }

    @Test("What a gateway counts is shown by model")
    func metrics() async throws {
        let telemetry = Telemetry(tracer: SpanTracer(receivers: []))
        let gateway = Gateway(
            watching: ScriptedModel(replies: ["one two"], name: "m"),
            as: ModelIdentity(provider: "test", model: "m"), telemetry: telemetry)
        _ = try await gateway.model(named: "m").generate(GenerationRequest(prompt: "Hello there")).response()
        let text = MetricText.write(await telemetry.metrics.collect(), as: .prometheus)
        for line in [
            "autoglm_usage_requests_total{gen_ai_request_model=\"m\"} 1.0",
            "autoglm_usage_input_tokens_total{gen_ai_request_model=\"m\"} 2.0",
            "autoglm_usage_output_tokens_total{gen_ai_request_model=\"m\"} 2.0",
            "autoglm_usage_cost_total{gen_ai_request_model=\"m\"} 0.0",
        ] { #expect(text.contains(line + "\n")) }
        #expect(text.contains("gen_ai_server_request_duration_seconds_count"))
    }
}
