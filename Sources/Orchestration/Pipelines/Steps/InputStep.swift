// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import ResultParsing

/// Takes a value in: trims texts, and refuses what is empty or too long.
public struct InputStep: PipelineStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "input", summary: "Takes a text in: trims it, and refuses it if it is empty or too long.",
            inputs: [
                StepPort("text", .string, "The text.", isRequired: true),
                StepPort("max_length", .integer, "The most characters to accept; 100000 if not given."),
            ],
            outputs: [
                StepPort("text", .string, "The text without white space around it."),
                StepPort("length", .integer, "Its length in characters."),
            ], effect: .pure)
    }

    /// Trims and measures the text.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let text = String(try inputs.requiredString("text").trimmingSpace)
        let limit = inputs["max_length"]?.integerValue ?? 100_000
        guard !text.isEmpty else {
            throw PipelineError(.invalidValue, "The text is empty; there is nothing to work on.")
        }
        guard text.count <= limit else {
            throw PipelineError(
                .invalidValue, "The text has \(text.count) characters; at most \(limit) are accepted ('max_length').")
        }
        return ["text": .string(text), "length": .integer(text.count)]
    }
}
