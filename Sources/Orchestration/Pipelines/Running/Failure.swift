// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Why a step failed, as the steps under `catch` see it: the same in a run and when it is resumed.
struct Failure: Sendable {
    var step: String
    var code: String
    var message: String

    /// What `${error.…}` can name.
    static let ports = [
        StepPort("step", .string, "The step that failed."),
        StepPort("code", .string, "The error's code."),
        StepPort("message", .string, "What happened."),
    ]

    var outputs: [String: JSONValue] {
        ["step": .string(self.step), "code": .string(self.code), "message": .string(self.message)]
    }
}

/// A failed step on its way outward.
struct StepFailure: Error {
    let failure: Failure
    /// The error that the run ends with if nobody catches it.
    let error: PipelineError

    init(_ instruction: Instruction, _ cause: any Error) {
        let code = (cause as? any CodedError)?.codeName ?? "pipeline.step-failed"
        self.failure = Failure(step: instruction.id, code: code, message: "\(cause)")
        let place = instruction.place.map { " (\($0))" } ?? ""
        self.error = PipelineError(
            .stepFailed, "The step '\(instruction.id)' (uses \(instruction.uses)) failed\(place).", cause: cause)
    }
}

/// A failure that the journal has of an earlier attempt to run.
struct RecordedFailure: CodedError {
    let codeName: String
    let message: String
    let location = ErrorLocation(file: #fileID, line: #line)
    var cause: (any Error)? { nil }
}

/// The journal cannot be read or written, which ends the run whatever is around the step.
struct JournalFailure: Error {
    let error: any Error
}
