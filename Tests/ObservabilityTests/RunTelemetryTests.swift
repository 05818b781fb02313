// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import EventMessaging
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

    @Test("Each tool that a chat calls is a span of its step; what goes in and out is told only where that is wanted")
    func tools() async throws {
        let yaml = """
            pipeline: sums
            steps:
              - {id: ask, uses: chat, with: {prompt: "Go.", tools: [calculator]}}
            output: "${ask.text}"
            """
        for capturesContent in [false, true] {
            let probe = TelemetryProbe()
            let telemetry = probe.telemetry { ($0.capturesContent, $0.isOpenInference) = (capturesContent, true) }
            let calls = [("call-1", "2 * 3"), ("call-2", "2 *")].map { id, expression in
                ToolCall(id: id, name: "calculator", arguments: ["expression": .string(expression)])
            }
            let unknown = ToolCall(id: "call-3", name: "nothing", arguments: [:])
            var runner = PipelineRunner(
                model: ScriptedModel(replies: [.calls(calls + [unknown]), "Six."], capabilities: .tools))
            runner.surroundings = RunTelemetry(telemetry)
            #expect(try await runner.run(try Pipeline(yaml: yaml)).output == "Six.")
            let spans = probe.spans
            #expect(
                spans.map(\.name) == [
                    "execute_tool calculator", "execute_tool calculator", "step ask", "invoke_workflow sums",
                ])
            #expect(spans[0].parentID == spans[2].context.spanID && spans[0].kind == .internal)
            for (name, value) in [
                ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "calculator"),
                ("gen_ai.tool.call.id", "call-1"), ("gen_ai.tool.type", "function"),
                ("openinference.span.kind", "TOOL"), ("tool.name", "calculator"),
            ] as [(String, AttributeValue)] {
                #expect(spans[0].attributes[name] == value)
            }
            let told = [
                ("gen_ai.tool.call.arguments", #"{"expression":"2 * 3"}"#), ("gen_ai.tool.call.result", "6"),
                ("input.value", #"{"expression":"2 * 3"}"#), ("output.value", "6"),
            ]
            for (name, value) in told {
                #expect(spans[0].attributes[name] == (capturesContent ? .string(value) : nil))
            }
            // What a tool fails with is told to the model, and does not fail the run.
            #expect(spans.map(\.isError) == [false, true, false, false])
            #expect(spans[1].attributes["error.type"] != nil && spans[1].attributes["gen_ai.tool.call.result"] == nil)
        }
    }

    @Test("An event carries the trace in which it was told, unless it names another one")
    func events() async throws {
        let inner = InProcessEventBus()
        let bus = TracedEventBus(inner)
        var events = try await bus.subscribe(EventPattern("a"), buffer: 9).makeAsyncIterator()
        let event = Event(id: "1", subject: try EventSubject("a"), payload: nil)
        try await bus.publish(event)
        #expect(try await events.next() == event)
        let trace = try await RunTelemetry(self.probe.telemetry()).enqueuing("capital") { trace in
            try await bus.publish(event)
            return trace
        }
        #expect(try await events.next()?.headers.trace == trace)
        var other = event
        try other.headers.set("traceparent", to: "00-other")
        _ = try await RunTelemetry(self.probe.telemetry()).enqueuing("capital") { _ in try await bus.publish(other) }
        #expect(try await events.next() == other)
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
