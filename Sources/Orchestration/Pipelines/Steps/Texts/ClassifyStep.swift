// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
internal import ResultParsing

/// Finds which of a few labels fits a text.
public struct ClassifyStep: PipelineStep {
    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "classify",
            summary: "Finds which of a few labels fits a text, by the model's probabilities where it can tell them.",
            inputs: [
                StepPort("text", .string, "The text.", isRequired: true),
                StepPort("choices", .array, "The labels, two or more.", isRequired: true),
                StepPort("descriptions", .object, "What labels mean, by the label."),
                StepPort("instruction", .string, "What is asked, for the model."),
                TaskInputs.examples, TaskInputs.attempts,
            ] + TaskInputs.ports,
            outputs: [
                StepPort("label", .string, "The label."),
                StepPort("confidence", .any, "Its probability from 0 to 1; null where the model cannot tell."),
                StepPort("probabilities", .object, "The probability of each label; empty where the model cannot tell."),
            ], effect: .model)
    }

    /// Checks the labels, the examples and the numbers.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = TaskInputs.check(inputs)
        guard let choices = inputs.literals["choices"] else { return problems }
        do { _ = try Self.parser(StepInputs(["choices": choices])) } catch {
            problems.append(.init("choices", "\(error)"))
        }
        let unknown = (inputs.literals["descriptions"]?.objectValue?.keys).map { keys in
            keys.filter { choices.arrayValue?.contains(.string($0)) == false }
        }
        for name in unknown ?? [] {
            let hint = NearestName.hint(for: name, in: choices.arrayValue?.compactMap(\.stringValue) ?? [])
            problems.append(
                .init("descriptions", "'\(name)' is described, but is none of the choices.", suggestion: hint))
        }
        return problems
    }

    /// Compares the labels, or asks for one.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let parser = try Self.parser(inputs)
        var request = try TaskInputs.request(
            TaskQuestion(
                instruction: Self.instruction(inputs, parser), examples: try TaskInputs.examples(in: inputs),
                text: try inputs.requiredString("text")), inputs, context: context, maxTokens: 32)
        if context.model.capabilities.contains(.scoring) {
            let found = try await context.model.probabilities(of: parser.choices, after: request.prompt)
            context.emit(text: found.best.text)
            return [
                "label": .string(found.best.text), "confidence": .number(found.best.probability),
                "probabilities": found.json,
            ]
        }
        if context.model.capabilities.contains(.constraints) { request.constraint = .choices(parser.choices) }
        let outcome = try await context.ask(request, parser: parser, attempts: inputs["attempts"]?.integerValue ?? 2)
        return ["label": try outcome.get().value, "confidence": .null, "probabilities": [:]]
    }

    private static func parser(_ inputs: StepInputs) throws -> ChoiceParser {
        let choices = try inputs.strings("choices")
        guard choices.count > 1 else {
            throw PipelineError(.invalidValue, "'choices' must hold at least two texts.")
        }
        return try ChoiceParser(choices: choices)
    }

    private static func instruction(_ inputs: StepInputs, _ parser: ChoiceParser) -> String {
        let described = (inputs["descriptions"]?.objectValue ?? [:]).compactMap { label, meaning in
            meaning.stringValue.map { "\(label): \($0)" }
        }
        let task = inputs.string("instruction") ?? "Classify the text."
        return ([task] + described + [parser.instruction]).joined(separator: described.isEmpty ? " " : "\n")
    }
}
