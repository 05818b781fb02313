// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Logging
public import Observability
public import Pipelines
internal import Tracing

/// Makes spans of runs and their steps: what models and tools do for a step is a part of it.
public struct RunTelemetry: RunSurroundings {
    private let telemetry: Telemetry
    private let logger: Logger?

    /// Makes the spans by a program's telemetry.
    ///
    /// - Parameter logger: Is told of each run that ends; nil tells nobody.
    public init(_ telemetry: Telemetry, logger: Logger? = nil) {
        self.telemetry = telemetry
        self.logger = logger
    }

    /// Does what a worker took in the trace of who put it in line.
    public func surround(lease: RunLease, _ work: () async -> (any Error)?) async -> (any Error)? {
        guard let trace = lease.ticket.trace else { return await work() }
        var context = ServiceContext.current ?? .topLevel
        self.telemetry.tracer.extract(trace, into: &context, using: TraceparentExtractor())
        return await ServiceContext.withValue(context) { await work() }
    }

    /// Puts a run in line in a span, whose place in its trace goes with the run.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline's name.
    ///   - work: Puts it in line, given the trace as a ``RunTicket`` has it.
    /// - Returns: What the work gives.
    /// - Throws: What the work throws.
    public func enqueuing<Value>(
        _ pipeline: String, _ work: (_ trace: String) async throws -> Value
    ) async throws -> Value {
        let span = self.telemetry.tracer.begin("enqueue \(pipeline)", kind: .producer)
        defer { span.finish() }
        do {
            return try await ServiceContext.withValue(span.context) {
                try await work(TraceContext.current?.traceparent ?? "")
            }
        } catch {
            span.fail(error)
            throw error
        }
    }

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
        return try await self.span("invoke_workflow \(pipeline)", kind: "CHAIN", attributes) { _ in
            let clock = ContinuousClock()
            let start = clock.now
            do {
                let output = try await work()
                self.log(.info, id, pipeline, clock.now - start, nil)
                return output
            } catch {
                self.log(Self.isFailure(error) ? .error : .info, id, pipeline, clock.now - start, error)
                throw error
            }
        }
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
        return try await self.span("step \(step.key.rawValue)", kind: kind, attributes) { _ in try await work() }
    }

    /// Does what a model has called a tool for in a span.
    public func surround(tool call: ToolCall, _ work: () async throws -> JSONValue) async throws -> JSONValue {
        let options = self.telemetry.options
        var attributes: AttributeList = [
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": .string(call.name),
            "gen_ai.tool.call.id": .string(call.id), "gen_ai.tool.type": "function",
        ]
        if options.isOpenInference { attributes["tool.name"] = .string(call.name) }
        if options.capturesContent {
            Self.capture(call.arguments, "gen_ai.tool.call.arguments", "input.value", &attributes, options)
        }
        return try await self.span("execute_tool \(call.name)", kind: "TOOL", attributes) { span in
            let result = try await work()
            if options.capturesContent {
                span.update {
                    Self.capture(result, "gen_ai.tool.call.result", "output.value", &$0.attributes, options)
                }
            }
            return result
        }
    }

    private static func capture(
        _ value: JSONValue, _ name: String, _ openInferenceName: String, _ attributes: inout AttributeList,
        _ options: Telemetry.Options
    ) {
        let text = AttributeValue.string(value.stringValue ?? value.serialized())
        attributes[name] = text
        if options.isOpenInference { attributes[openInferenceName] = text }
    }

    private func span<Value>(
        _ name: String, kind: String, _ attributes: AttributeList, _ work: (TracedSpan) async throws -> Value
    ) async throws -> Value {
        let span = self.telemetry.tracer.begin(name, attributes: attributes)
        if self.telemetry.options.isOpenInference { span.set("openinference.span.kind", .string(kind)) }
        defer { span.finish() }
        do {
            return try await ServiceContext.withValue(span.context) { try await work(span) }
        } catch {
            if Self.isFailure(error) { span.fail(error) }
            throw error
        }
    }

    /// A run that waits for somebody has not failed, nor has one that is told to stop.
    private static func isFailure(_ error: any Error) -> Bool {
        !(error is RunSuspension || error is CancellationError)
    }

    private func log(
        _ level: Logger.Level, _ id: String, _ pipeline: String, _ time: Duration, _ error: (any Error)?
    ) {
        guard let logger else { return }
        var metadata: Logger.Metadata = [
            "run": "\(id)", "pipeline": "\(pipeline)", "seconds": "\(time / .seconds(1))",
        ]
        if let error { metadata["error"] = "\((error as? any CodedError)?.codeName ?? "\(type(of: error))")" }
        logger.log(level: level, "Run", metadata: metadata)
    }
}

/// Reads the trace of a ticket.
private struct TraceparentExtractor: Extractor {
    func extract(key: String, from trace: String) -> String? { key == "traceparent" ? trace : nil }
}
