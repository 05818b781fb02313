// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A kind of step that can be a stage of a pipe: it takes a part of its input, or gives a part of its output, before the
/// whole is there.
///
/// Its definition says which input and which output flow (``StepPort/isStream``), at most one of each. Outside of a pipe the
/// same work is done with the whole input, and the whole output is what was sent.
public protocol StreamingStep: PipelineStep {
    /// Does the work as a stage of a pipe.
    ///
    /// - Parameters:
    ///   - inputs: The inputs' values, without the one that flows.
    ///   - flow: What flows in, and where to send what flows out.
    ///   - context: The model and what else the run provides.
    /// - Returns: A value for every output but the one that flows.
    func run(_ inputs: StepInputs, flow: StepFlow, context: StepContext) async throws -> [String: JSONValue]
}

extension StreamingStep {
    /// Does the work with the whole input, and gives the whole output; watchers see a text while it is written.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        try await self.runWhole(inputs, context: context)
    }

    /// What ``run(_:context:)`` does unless a step says otherwise.
    package func runWhole(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let definition = self.definition
        var inputs = inputs
        let input = definition.streamingInput.flatMap { inputs.values.removeValue(forKey: $0.name) } ?? .null
        let output = definition.streamingOutput
        let collector = FlowCollector(isText: output?.type == .string)
        let flow = StepFlow(pieces: FlowingPieces(whole: input), isText: input.stringValue != nil) { piece in
            collector.add(piece)
            if output?.type == .string { context.emit(text: piece.plainText) }
        }
        var outputs = try await self.run(inputs, flow: flow, context: context)
        if let output { outputs[output.name] = collector.value }
        return outputs
    }
}

extension StepDefinition {
    /// The input that flows in a pipe; nil if none does.
    var streamingInput: StepPort? { self.inputs.first(where: \.isStream) }
    /// The output that flows in a pipe; nil if none does.
    var streamingOutput: StepPort? { self.outputs.first(where: \.isStream) }
}
