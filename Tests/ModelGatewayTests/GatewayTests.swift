// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelGateway
import Observability
import OpenAutoGLMTesting
import Testing

@Suite("Gateway")
struct GatewayTests {
    /// Models that come in a moment.
    private struct Coming: Gateway.Directory {
        let names: [String] = []
        let isComplete: Bool

        func model(named name: String) -> (any ModelAdapter)? { nil }
    }

    @Test("A model that may still come is unavailable, and asked for again in a moment", arguments: [false, true])
    func coming(isComplete: Bool) throws {
        let gateway = Gateway(models: [])
        gateway.offer(Coming(isComplete: isComplete))
        let error = #expect(throws: LLMError.self) { try gateway.model(named: "echo") }
        #expect(error?.code == (isComplete ? .unknownModel : .unavailable))
        #expect(error?.retryAfter == (isComplete ? nil : .seconds(1)))
    }

    @Test("Metrics tell what came of asking each model of a cascade")
    func cascade() async throws {
        let configuration = try GatewayConfiguration(
            yaml: """
                models:
                  a: {backend: openai, model: m, url: "http://127.0.0.1:1/v1"}
                  b: {backend: openai, model: n, url: "http://127.0.0.1:1/v1"}
                  both: {cascade: [a, b], confidence: 0.5}
                """)
        let telemetry = Telemetry(tracer: SpanTracer(receivers: []))
        let gateway = try Gateway(configuration: configuration, telemetry: telemetry)
        await #expect(throws: LLMError.self) {
            try await gateway.model(named: "both").generate(GenerationRequest(prompt: "Hi")).response()
        }
        let text = MetricText.write(await telemetry.metrics.collect(), as: .prometheus)
        for (model, result, count) in [("a", "failed", 1), ("b", "failed", 1), ("a", "taken", 0)] {
            let labels = [
                "gen_ai_request_model=\"both\"", "autoglm_cascade_model=\"\(model)\"",
                "autoglm_cascade_result=\"\(result)\"",
            ]
            let line = text.split(separator: "\n").first { line in
                line.hasPrefix("autoglm_cascade_answers_total{") && labels.allSatisfy(line.contains)
            }
            #expect(line?.hasSuffix("} \(count).0") == true, "\(line ?? "no line") of \(model), \(result)")
        }
        #expect(text.contains("autoglm_cascade_drift{gen_ai_request_model=\"both\"} 0.0"))
    }

    @Test("An unknown model is an error that names the nearest one")
    func unknownModel() {
        let gateway = Gateway(models: [("small", ScriptedModel()), ("large", ScriptedModel())])
        #expect(gateway.names == ["small", "large"])
        let error = #expect(throws: LLMError.self) { try gateway.model(named: "smal") }
        #expect(error?.code == .unknownModel)
        #expect(error?.message.contains("Did you mean 'small'?") == true)
    }
}
