// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore

/// Gives the run's result, checked against a schema.
public struct OutputStep: PipelineStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "output", summary: "Gives the run's result, after checking it against a schema if there is one.",
            inputs: [
                StepPort("value", .any, "The result.", isRequired: true),
                StepPort("schema", .any, "The JSON Schema that it must fit."),
            ],
            outputs: [StepPort("value", .any, "The result.")], effect: .pure)
    }

    /// Checks the schema.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        [inputs.problem(withSchema: "schema")].compactMap(\.self)
    }

    /// Checks and passes on the value.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let value = inputs["value"] ?? .null
        if let schema = inputs["schema"], let reason = try JSONSchema(schema).reason(against: value) {
            throw PipelineError(.invalidValue, "The result does not fit its schema: \(reason).")
        }
        return ["value": value]
    }
}
