// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Cuts a text into sentences, lines or paragraphs, or reads a JSON value from each line; in a pipe as the text comes.
public struct SplitStep: StreamingStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "split", summary: "Cuts a text into sentences, lines or paragraphs, or reads JSON from its lines.",
            inputs: [
                StepPort("text", .string, "The text.", isRequired: true, isStream: true),
                StepPort(
                    "into", .string, "Where pieces end; 'json' reads a value from each line.", isRequired: true,
                    choices: TextCutter.Unit.allCases.map(\.rawValue)),
            ],
            outputs: [
                StepPort(
                    "pieces", .array, "The pieces, without the white space around them and without empty ones.",
                    isStream: true), StepPort("count", .integer, "How many pieces there were."),
            ], effect: .pure)
    }

    /// Cuts the text.
    public func run(
        _ inputs: StepInputs, flow: StepFlow, context: StepContext
    ) async throws -> [String: JSONValue] {
        let name = try inputs.requiredString("into")
        guard let unit = TextCutter.Unit(rawValue: name) else {
            throw PipelineError(.invalidValue, "A text cannot be cut into '\(name)'.")
        }
        var cutter = TextCutter(unit)
        var count = 0
        func send(_ pieces: [JSONValue]) async throws {
            for piece in pieces { try await flow.send(piece) }
            count += pieces.count
        }
        for try await part in flow.pieces { try await send(cutter.add(part.stringValue ?? "")) }
        try await send(cutter.finish())
        return ["count": .integer(count)]
    }
}
