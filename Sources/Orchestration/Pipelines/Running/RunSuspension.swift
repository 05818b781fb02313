// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// A run that has done all it can until something comes from outside; it goes on when run again with the same journal.
public struct RunSuspension: CodedError {
    /// What the run waits for; at least one.
    public var pending: [PendingAnswer]
    /// Always `pipeline.waiting`.
    public var codeName: String { "pipeline.waiting" }
    /// Where in the program the run stopped.
    public var location: ErrorLocation
    /// There is no error underneath.
    public var cause: (any Error)? { nil }

    /// Stops a run.
    init(_ pending: [PendingAnswer], file: String = #fileID, line: Int = #line) {
        self.pending = pending
        self.location = ErrorLocation(file: file, line: line)
    }

    /// What the run waits for, one line each.
    public var message: String {
        self.pending.map { "The run waits at '\($0.key.rawValue)': \($0.question)" }.joined(separator: "\n")
    }
}

/// Something that a run waits for.
///
/// To answer, record `StepOutcome.answer(_:)` of `key` in the run's journal and run it again.
public struct PendingAnswer: Sendable, Hashable {
    /// The step that waits.
    public var key: StepKey
    /// What is asked.
    public var question: String
    /// The only answers allowed; empty allows any value.
    public var choices: [String]
    /// The time since 1970 at which the run goes on without an answer; nil for never.
    public var until: Duration?

    /// Describes what a run waits for.
    public init(key: StepKey, question: String, choices: [String] = [], until: Duration? = nil) {
        self.key = key
        self.question = question
        self.choices = choices
        self.until = until
    }
}

extension StepOutcome {
    /// The outcome of a step that waited for an answer.
    public static func answer(_ value: JSONValue) -> Self { .finished(outputs: ["answer": value], usage: nil) }
}
