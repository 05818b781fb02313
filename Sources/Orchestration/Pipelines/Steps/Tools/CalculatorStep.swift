// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Computes an arithmetic expression; a tool that models need.
public struct CalculatorStep: PipelineStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "calculator", summary: "Computes an arithmetic expression such as (17 + 4) * 2.",
            inputs: [
                StepPort(
                    "expression", .string, "Numbers with + - * / % ^, parentheses, sqrt, abs, round, floor and ceil.",
                    isRequired: true)
            ],
            outputs: [StepPort("value", .number, "What it is worth.")], effect: .pure)
    }

    /// Computes what is known before running, to find mistakes early.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard let expression = inputs.literals["expression"]?.stringValue else { return [] }
        do {
            _ = try Arithmetic.value(of: expression)
            return []
        } catch { return [.init("expression", error.message)] }
    }

    /// Computes.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let value = try Arithmetic.value(of: inputs.requiredString("expression"))
        return ["value": Int(exactly: value).map { .integer($0) } ?? .number(value)]
    }
}
