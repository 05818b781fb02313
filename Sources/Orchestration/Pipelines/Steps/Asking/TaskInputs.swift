// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The inputs that steps share which put one task to a model.
enum TaskInputs {
    /// The inputs, for a step's definition.
    static let ports: [StepPort] =
        [StepPort("max_tokens", .integer, "The most tokens of an answer."), .model]
        + SamplingInputs.ports.filter { ["temperature", "seed"].contains($0.name) }

    /// How often a model may be asked for one answer.
    static let attempts = StepPort("attempts", .integer, "The most answers to look at, from 1 to 20; 2 if not given.")

    /// Examples of a task.
    static let examples = StepPort("examples", .array, "Examples of the task, each {text, answer}.")

    /// Finds what is wrong with the inputs that are known before running.
    static func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = ["attempts": 1...20, "max_tokens": 1...Int.max].sorted { $0.key < $1.key }.compactMap {
            inputs.problem(with: $0.key, outside: $0.value)
        }
        do { _ = try Self.examples(in: inputs.literals["examples"]) } catch {
            problems.append(.init("examples", error.message))
        }
        return problems + SamplingInputs.check(inputs)
    }

    /// The examples that the inputs hold.
    static func examples(in inputs: StepInputs) throws -> [TaskQuestion.Example] {
        try Self.examples(in: inputs["examples"])
    }

    private static func examples(in value: JSONValue?) throws(PipelineError) -> [TaskQuestion.Example] {
        var examples: [TaskQuestion.Example] = []
        for element in value?.arrayValue ?? [] {
            guard let text = element["text"]?.stringValue, let answer = element["answer"] else {
                throw PipelineError(
                    .invalidValue, "'examples' must hold objects with 'text' and 'answer', but holds \(element).")
            }
            examples.append(.init(text: text, answer: answer.stringValue ?? answer.serialized()))
        }
        return examples
    }

    /// The request that puts a question to the run's model.
    static func request(
        _ question: TaskQuestion, _ inputs: StepInputs, context: StepContext, maxTokens: Int
    ) throws -> GenerationRequest {
        let prompt = question.prompt(for: context.model)
        var request = GenerationRequest(
            prompt: prompt, sampling: try SamplingInputs.options(inputs, base: .greedy),
            maxTokens: inputs["max_tokens"]?.integerValue ?? maxTokens)
        if case .raw = prompt { request.stop = TaskQuestion.stop }
        return request
    }
}

extension StaticInputs {
    /// What is wrong with a number that is known before running, if it is out of its range.
    package func problem(with name: String, outside range: ClosedRange<Int>) -> Problem? {
        guard let number = self.literals[name]?.integerValue, !range.contains(number) else { return nil }
        let bounds =
            range.upperBound == .max ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
        return Problem(name, "'\(name)' is \(number); it must be \(bounds).")
    }
}
