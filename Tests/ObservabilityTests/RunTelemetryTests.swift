// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import Observability
import OpenAutoGLMTesting
import PipelineTelemetry
import Pipelines
import Testing

@Suite("Runs of pipelines in traces")
struct RunTelemetryTests {
    private let probe = TelemetryProbe()
    private let yaml = """
        pipeline: capital
        inputs: {country: {type: string, default: France}}
        steps:
          - id: ask
            uses: generate
            with: {prompt: "The capital of ${inputs.country}?"}
        output: "${ask.text}"
        """

    private func run(_ reply: ScriptedModel.Reply, _ telemetry: Telemetry) async throws -> JSONValue {
        let identity = ModelIdentity(provider: "test", model: "m")
        let model = ScriptedModel(replies: [reply]).wrapped(in: [GenerationTelemetry(telemetry, model: identity)])
        var runner = PipelineRunner(model: model)
        runner.surroundings = RunTelemetry(telemetry)
        return try await runner.run(try Pipeline(yaml: self.yaml)).output
    }

    @Test("What the model does is a part of its step, and the step of its run")
    func nests() async throws {
        let telemetry = self.probe.telemetry { $0.isOpenInference = true }
        #expect(try await self.run("Paris.", telemetry) == "Paris.")
        let spans = self.probe.spans
        #expect(spans.map(\.name) == ["chat m", "step ask", "invoke_workflow capital"])
        #expect(spans[0].parentID == spans[1].context.spanID && spans[1].parentID == spans[2].context.spanID)
        #expect(spans[2].parentID == nil && Set(spans.map(\.context.traceID)).count == 1)
        #expect(spans[1].attributes["autoglm.step.uses"] == "generate")
        #expect(spans[2].attributes["gen_ai.workflow.name"] == "capital")
        #expect(spans[2].attributes["openinference.span.kind"] == "CHAIN")
    }

    @Test("A run that fails is told as failed, each part by its own code")
    func fails() async throws {
        let telemetry = self.probe.telemetry { $0.conventions = .latest }
        await #expect(throws: PipelineError.self) {
            try await self.run(.failure(LLMError(.unavailable, "Gone.")), telemetry)
        }
        let types = self.probe.spans.map { $0.attributes["error.type"] }
        #expect(types == ["llm.unavailable", "llm.unavailable", "pipeline.step-failed"])
        #expect(self.probe.spans.map(\.isError) == [true, true, true])
        #expect(self.probe.spans.last?.attributes["gen_ai.agent.name"] == "capital")
    }

    @Test("What a worker does belongs to the trace of who put it in line")
    func queued() async throws {
        let telemetry = self.probe.telemetry()
        let surroundings = RunTelemetry(telemetry)
        let trace = try await surroundings.enqueuing("capital") { $0 }
        let lease = RunLease(RunTicket("run", trace: trace), number: 1, deliveries: 1)
        let error = await surroundings.surround(lease: lease) {
            do { _ = try await self.run("Paris.", telemetry) } catch { return error }
            return nil
        }
        #expect(error == nil)
        let spans = self.probe.spans
        #expect(spans.map(\.name) == ["enqueue capital", "chat m", "step ask", "invoke_workflow capital"])
        #expect(Set(spans.map(\.context.traceID)).count == 1)
        #expect(spans[3].parentID == spans[0].context.spanID && spans[3].isParentRemote)
        #expect(spans[0].kind == .producer)
        // A ticket without a trace, or with anything else in its place, begins a new one.
        for trace in [nil, "", "00-nothing"] {
            _ = await surroundings.surround(lease: RunLease(RunTicket("run", trace: trace), number: 1, deliveries: 1)) {
                _ = try? await self.run("Paris.", telemetry)
                return nil
            }
        }
        #expect(Set(self.probe.spans.map(\.context.traceID)).count == 4)
    }
}
