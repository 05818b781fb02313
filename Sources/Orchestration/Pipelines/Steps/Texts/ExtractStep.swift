// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore
internal import ResultParsing

/// Takes values out of a text, in the form that a schema asks for.
public struct ExtractStep: PipelineStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "extract",
            summary:
                "Takes values out of a text as JSON by a schema; a model that cannot be held to it is asked again.",
            inputs: [
                StepPort("text", .string, "The text.", isRequired: true),
                StepPort("schema", .any, "The JSON Schema of what is wanted.", isRequired: true),
                StepPort(
                    "instruction", .string, "What to extract, for the model, where the schema does not say it all."),
                TaskInputs.examples,
                StepPort("grounded", .boolean, "Whether elements of arrays are left out that the text does not have."),
                TaskInputs.attempts,
            ] + TaskInputs.ports,
            outputs: ReaskOutcome.ports + [
                StepPort("unfounded", .array, "Texts in the answer that the text to extract from does not have.")
            ], effect: .model)
    }

    /// Checks the schema, the examples and the numbers.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        [inputs.problem(withSchema: "schema")].compactMap(\.self) + TaskInputs.check(inputs)
    }

    /// Asks the model, and compares what it found with the text.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let text = try inputs.requiredString("text")
        let schema = try JSONSchema(inputs["schema"] ?? true)
        let parser = JSONAnswerParser(schema: schema)
        let examples = try TaskInputs.examples(in: inputs)
        var instruction = inputs.string("instruction") ?? "Extract what is asked for from the text."
        // Where examples show the form, a schema would only distract a small model.
        instruction += examples.isEmpty ? " \(parser.instruction)" : " Answer with JSON only."
        var request = try TaskInputs.request(
            TaskQuestion(instruction: instruction, examples: examples, text: text), inputs, context: context,
            maxTokens: 512)
        if context.model.capabilities.contains(.jsonConstraints) { request.constraint = .jsonSchema(schema.source) }
        let outcome = try await context.ask(
            request, parser: parser, attempts: inputs["attempts"]?.integerValue ?? 2)
        var outputs = try outcome.outputs()
        var check = GroundingCheck(text: text)
        let grounded = check.keepingFound(outputs["value"] ?? .null)
        outputs["unfounded"] = .array(check.missing.map { .string($0) })
        if inputs["grounded"]?.boolValue == true { outputs["value"] = grounded }
        return outputs
    }
}
