// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore
internal import ResultParsing

/// Gives an answer a score by a rubric.
public struct JudgeStep: PipelineStep {
    private static let maximumScores = 101

    /// Makes the step.
    public init() {}

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "judge", summary: "Gives an answer a score by a rubric, with the reason for it.",
            inputs: [
                StepPort("answer", .string, "What is judged.", isRequired: true),
                StepPort("rubric", .string, "What makes an answer good.", isRequired: true),
                StepPort("question", .string, "What was asked."),
                StepPort("reference", .string, "An answer that is known to be right."),
                StepPort("minimum", .integer, "The lowest score; 1 if not given."),
                StepPort("maximum", .integer, "The highest score; 5 if not given."),
                StepPort("pass", .integer, "The lowest score that is good enough; the highest if not given."),
                TaskInputs.examples, TaskInputs.attempts,
            ] + TaskInputs.ports,
            outputs: [
                StepPort("score", .integer, "The score."),
                StepPort("reason", .string, "The reason for it."),
                StepPort("passed", .boolean, "Whether it is good enough."),
            ], effect: .model)
    }

    /// Checks the scale, the examples and the numbers.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = TaskInputs.check(inputs)
        let isKnown = ["minimum", "maximum", "pass"].allSatisfy {
            inputs.literals[$0] != nil || !inputs.names.contains($0)
        }
        if isKnown {
            do { _ = try Self.scale(StepInputs(inputs.literals)) } catch { problems.append(.init(nil, error.message)) }
        }
        return problems
    }

    /// Asks the model for the reason and, after that, the score.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let scale = try Self.scale(inputs)
        let scores = scale.scores
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "reason": ["type": "string", "minLength": 1, "maxLength": 300],
                "score": [
                    "type": "integer", "minimum": .integer(scores.lowerBound), "maximum": .integer(scores.upperBound),
                ],
            ],
            "required": ["reason", "score"], "additionalProperties": false,
        ]
        let parts = [("Question", "question"), ("Right answer", "reference"), ("Answer", "answer")]
        let text = parts.compactMap { title, name in inputs.string(name).map { "\(title): \($0)" } }
        let instruction = """
            Judge the answer by this rubric: \(try inputs.requiredString("rubric"))
            Give a short reason, then a score from \(scores.lowerBound) (worst) to \(scores.upperBound) (best), as JSON: \
            {"reason": "…", "score": \(scores.upperBound)}
            """
        var request = try TaskInputs.request(
            TaskQuestion(
                instruction: instruction, examples: try TaskInputs.examples(in: inputs),
                text: text.joined(separator: "\n")), inputs, context: context, maxTokens: 256)
        if context.model.capabilities.contains(.jsonConstraints) { request.constraint = .jsonSchema(schema) }
        let outcome = try await context.ask(
            request, parser: JSONAnswerParser(schema: try JSONSchema(schema)),
            attempts: inputs["attempts"]?.integerValue ?? 2)
        let value = try outcome.get().value
        let score = value["score"]?.integerValue ?? scores.lowerBound
        return [
            "score": .integer(score), "reason": value["reason"] ?? "", "passed": .bool(score >= scale.pass),
        ]
    }

    private static func scale(_ inputs: StepInputs) throws(PipelineError) -> (scores: ClosedRange<Int>, pass: Int) {
        let lowest = inputs["minimum"]?.integerValue ?? 1
        let highest = inputs["maximum"]?.integerValue ?? 5
        let (width, isTooWide) = highest.subtractingReportingOverflow(lowest)
        guard !isTooWide, (1..<Self.maximumScores).contains(width) else {
            throw PipelineError(
                .invalidValue,
                "The scores go from \(lowest) to \(highest); there must be from 2 to \(Self.maximumScores) of them.")
        }
        let pass = inputs["pass"]?.integerValue ?? highest
        guard (lowest...highest).contains(pass) else {
            throw PipelineError(.invalidValue, "'pass' is \(pass); it must be from \(lowest) to \(highest).")
        }
        return (lowest...highest, pass)
    }
}
