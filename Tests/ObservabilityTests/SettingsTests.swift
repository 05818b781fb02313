// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Observability
import Testing

@Suite("Telemetry's settings from the environment")
struct SettingsTests {
    @Test("Without OpenTelemetry's variables nothing is sent")
    func nothing() throws {
        #expect(try TelemetrySettings.standard(environment: [:]) == nil)
        #expect(try TelemetrySettings.standard(environment: ["OTEL_SERVICE_NAME": "x"]) == nil)
        let off = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4318", "OTEL_SDK_DISABLED": "true"]
        #expect(try TelemetrySettings.standard(environment: off) == nil)
    }

    @Test("Every variable has its effect")
    func everything() throws {
        let settings = try #require(
            try TelemetrySettings.standard(environment: [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/", "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
                "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b%3D, x = y ",
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://other/metrics", "OTEL_LOGS_EXPORTER": "none",
                "OTEL_SERVICE_NAME": "shop",
                "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test,service.name=z",
                "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5",
                "OTEL_BSP_MAX_QUEUE_SIZE": "100", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10",
                "OTEL_BSP_SCHEDULE_DELAY": "50",
                "OTEL_BLRP_MAX_QUEUE_SIZE": "200", "OTEL_METRIC_EXPORT_INTERVAL": "1000",
                "OTEL_SEMCONV_STABILITY_OPT_IN": "http, gen_ai_latest_experimental",
                "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true",
            ]))
        let otlp = try #require(settings.otlp)
        #expect(otlp.url(of: .traces) == "http://collector:4318/v1/traces")
        #expect(otlp.url(of: .metrics) == "http://other/metrics")
        #expect(otlp.headers == ["api-key": "a b=", "x": "y"] && otlp.timeout == .milliseconds(2500))
        #expect(otlp.carrier == .http && otlp.signals == [.traces, .metrics])
        #expect(settings.service == "shop" && settings.sampler == .ratio(0.5))
        #expect(settings.resource["deployment.environment.name"] == "test")
        #expect(settings.spans.queueSize == 100 && settings.spans.batchSize == 10)
        #expect(settings.spans.delay == .milliseconds(50) && settings.logs.queueSize == 200)
        #expect(settings.metricsInterval == .seconds(1))
        #expect(settings.options.conventions == .latest && settings.options.capturesContent)
    }

    @Test("gRPC has its own port and no paths")
    func grpc() throws {
        let environment = ["OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]
        let otlp = try #require(try TelemetrySettings.standard(environment: environment)?.otlp)
        #expect(otlp.url(of: .traces) == "http://localhost:4317" && otlp.signals == [.traces])
    }

    @Test(
        "A value that means nothing is an error that names the variable and not the secret",
        arguments: [
            ("OTEL_TRACES_SAMPLER", "sometimes"), ("OTEL_TRACES_SAMPLER_ARG", "2"), ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), ("OTEL_EXPORTER_OTLP_HEADERS", "secret"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ])
    func refuses(name: String, value: String) throws {
        var environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", name: value]
        if name == "OTEL_TRACES_SAMPLER_ARG" { environment["OTEL_TRACES_SAMPLER"] = "traceidratio" }
        let error = #expect(throws: TelemetryError.self) { try TelemetrySettings.standard(environment: environment) }
        #expect(error?.message.contains(name) == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test("Where every trace is kept at its beginning, nothing waits for its end")
    func tail() {
        var settings = TelemetrySettings()
        settings.sampler = .alwaysOn
        #expect(settings.tailSampler == nil)
        settings.sampler = .parentBased(.ratio(0.1))
        #expect(settings.tailSampler != nil)
        settings.keepsErrors = false
        #expect(settings.tailSampler == nil)
        settings.slow = .seconds(1)
        #expect(settings.tailSampler != nil)
    }
}
