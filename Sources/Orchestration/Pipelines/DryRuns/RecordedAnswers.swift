// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import SourceDocuments

/// What steps gave that are not done again: by the key of an execution (`pages[2].ask`), or for all executions of a step by
/// its id (`ask`).
///
/// An answer is an object of outputs, where those left out are null; any other value is that of the step's first output.
/// `{error: {code: …, message: …}}` lets the step fail.
public struct RecordedAnswers: Sendable {
    /// Answers as they were written.
    var values: [String: JSONValue]
    /// What a stored run has recorded.
    var outcomes: [StepKey: StepOutcome]

    /// Collects answers.
    ///
    /// - Parameters:
    ///   - values: Answers by keys or ids; they come before those of steps.
    ///   - steps: What a stored run has recorded.
    public init(_ values: [String: JSONValue], steps: [RecordedStep] = []) {
        self.values = values
        self.outcomes = Dictionary(steps.map { ($0.call.key, $0.outcome) }, uniquingKeysWith: { $1 })
    }

    /// Reads answers from YAML, and so from JSON.
    ///
    /// - Parameters:
    ///   - yaml: A mapping of keys or ids to answers.
    ///   - file: The file's name, for messages.
    ///   - steps: What a stored run has recorded.
    /// - Throws: ``PipelineError`` with code `.invalidAnswer` that says where the file is wrong.
    public init(yaml: String, file: String, steps: [RecordedStep] = []) throws {
        let members: [SourceNode.Member]
        do {
            var source = SourceReader(
                file: file, beginning: "Write an answer for each step, such as 'ask: {text: Paris}'.")
            let root = try source.read(yaml)
            guard let found = root.members else {
                throw PipelineError(
                    .invalidAnswer,
                    "\(root.place): The file must be a mapping of steps to answers, such as 'ask: {text: Paris}'.")
            }
            members = found
        } catch let error as SourceError {
            throw PipelineError(.invalidAnswer, "\(error.place): \(error.problem) \(error.suggestion)", cause: error)
        }
        self.init(
            Dictionary(members.map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }), steps: steps)
    }
}
