// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore

extension PipelineError.Code where Domain == PipelineDomain {
    /// What an `assert` step demands does not hold.
    public static var assertionFailed: Self { "assertion-failed" }
}

/// Ends the run where something that must hold does not.
public struct AssertStep: PipelineStep {
    private static let demands = ["condition", "schema", "equals"]

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "assert", summary: "Ends the run with a clear message where a condition or a schema does not hold.",
            inputs: [
                StepPort("condition", .boolean, "What must be true."),
                StepPort("value", .any, "What 'schema' and 'equals' are about."),
                StepPort("schema", .any, "The JSON Schema that the value must fit."),
                StepPort("equals", .any, "What the value must be."),
                StepPort("message", .string, "What the error says first."),
            ],
            outputs: [StepPort("value", .any, "The value that was checked.")], effect: .pure)
    }

    /// Checks that something is demanded, and of what.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        guard !inputs.names.isDisjoint(with: Self.demands) else {
            let names = Self.demands.joined(separator: ", ")
            return [.init(nil, "The step demands nothing.", suggestion: "Give at least one of \(names).")]
        }
        guard inputs.names.contains("value") || inputs.names.isDisjoint(with: ["schema", "equals"]) else {
            return [.init(nil, "The step lacks the value that must fit.", suggestion: "Give 'value'.")]
        }
        return [inputs.problem(withSchema: "schema")].compactMap(\.self)
    }

    /// Passes the value on, or fails.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let value = inputs["value"] ?? .null
        if let reason = try Self.reason(inputs, value) {
            let message = inputs.string("message").map { "\($0) " } ?? ""
            throw PipelineError(.assertionFailed, "\(message)\(reason)")
        }
        return ["value": value]
    }

    private static func reason(_ inputs: StepInputs, _ value: JSONValue) throws -> String? {
        if inputs["condition"]?.boolValue == false { return "The condition is false." }
        if let wanted = inputs.values["equals"], wanted != value {
            return "The value is \(Self.short(value)), not \(Self.short(wanted))."
        }
        guard let schema = inputs["schema"], let reason = try JSONSchema(schema).reason(against: value) else {
            return nil
        }
        return "The value does not fit its schema: \(reason)."
    }

    private static func short(_ value: JSONValue) -> String { String(value.serialized().prefix(200)) }
}
