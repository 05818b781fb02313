// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Steps that run at the same time, each with what flows from the one before it.
struct PipeOperation: Sendable {
    let stages: [PipeStage]
    let retry: RetryPolicy?
}

/// One step of a pipe.
struct PipeStage: Sendable {
    /// What a stage does.
    enum Work: Sendable {
        case step(any StreamingStep, StepOperation)
        case forEach(ForEachOperation)

        /// The same as outside of a pipe.
        var operation: Operation {
            switch self {
            case .step(_, let operation): .step(operation)
            case .forEach(let loop): .forEach(loop)
            }
        }
    }

    let instruction: Instruction
    let work: Work
    /// The output that flows; nil if none does.
    let output: StepPort?

    var id: String { self.instruction.id }
}

/// A stage that failed, and the pipe with it: the same in a run and when it is resumed.
struct StageFailure: CodedError {
    let codeName: String
    let message: String
    let cause: (any Error)?
    let location = ErrorLocation(file: #fileID, line: #line)

    init(_ stage: Instruction, _ error: any Error) {
        let place = stage.place.map { " (\($0))" } ?? ""
        self.message = "The stage '\(stage.id)' (uses \(stage.uses)) failed\(place)."
        let inner = error as? StepFailure
        self.codeName = inner?.failure.code ?? (error as? any CodedError)?.codeName ?? "pipeline.step-failed"
        self.cause = inner?.error ?? error
    }
}
