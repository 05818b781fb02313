// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Observability
public import Pipelines
internal import Tracing

/// Makes spans of runs and their steps: what models and tools do for a step is a part of it.
public struct RunTelemetry: RunSurroundings {
    private let telemetry: Telemetry

    /// Makes the spans by a program's telemetry.
    public init(_ telemetry: Telemetry) { self.telemetry = telemetry }

    /// Does a run in a span.
    public func surround(
        run id: String, of pipeline: String, _ work: () async throws -> JSONValue
    ) async throws -> JSONValue {
        var attributes: AttributeList = [
            "gen_ai.operation.name": "invoke_workflow", "gen_ai.provider.name": "open-autoglm",
            "autoglm.run.id": .string(id),
        ]
        // The later conventions hold a workflow to be an agent within the process.
        let isLatest = self.telemetry.options.conventions == .latest
        attributes[isLatest ? "gen_ai.agent.name" : "gen_ai.workflow.name"] = .string(pipeline)
        return try await self.span("invoke_workflow \(pipeline)", kind: "CHAIN", attributes, work)
    }

    /// Does a step in a span.
    public func surround(
        step: StepCall, _ work: () async throws -> [String: JSONValue]
    ) async throws -> [String: JSONValue] {
        let attributes: AttributeList = [
            "autoglm.step.key": .string(step.key.rawValue), "autoglm.step.uses": .string(step.uses),
        ]
        let kind =
            switch (step.uses, step.effect) {
            case ("retrieve", _): "RETRIEVER"
            case (_, .outside): "TOOL"
            default: "CHAIN"
            }
        return try await self.span("step \(step.key.rawValue)", kind: kind, attributes, work)
    }

    private func span<Value>(
        _ name: String, kind: String, _ attributes: AttributeList, _ work: () async throws -> Value
    ) async throws -> Value {
        let span = self.telemetry.tracer.begin(name, attributes: attributes)
        if self.telemetry.options.isOpenInference { span.set("openinference.span.kind", .string(kind)) }
        defer { span.finish() }
        do {
            return try await ServiceContext.withValue(span.context) { try await work() }
        } catch {
            // A run that waits for somebody has not failed, nor has one that is told to stop.
            if !(error is RunSuspension || error is CancellationError) { span.fail(error) }
            throw error
        }
    }
}
