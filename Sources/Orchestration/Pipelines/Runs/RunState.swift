// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where a run stands.
public enum RunState: String, Sendable, CaseIterable {
    /// It has not begun.
    case queued
    /// A process is at work on it.
    case running
    /// It was running when its process ended; it can be resumed.
    case interrupted
    /// It goes on when something has come from outside, or when it is time.
    case waiting
    /// It has its output.
    case succeeded
    /// A step failed; resuming does that step again.
    case failed
    /// Somebody wanted it to end.
    case cancelled

    /// Whether nothing more can happen to it.
    public var isFinal: Bool { self == .succeeded || self == .cancelled }
}

/// How a process leaves a run.
public enum RunEnding: Sendable {
    /// With its output.
    case succeeded(JSONValue)
    /// A step failed.
    case failed(RunFailure)
    /// As somebody wanted.
    case cancelled
    /// To be taken up again when one of these is answered, or when it is time.
    case waiting([PendingAnswer])
}

/// Why a run failed.
public struct RunFailure: Sendable, Hashable {
    /// The error's code, such as `pipeline.step-failed`.
    public var code: String
    /// What happened.
    public var message: String

    /// Names a failure.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// What is kept of an error, with what was behind it.
    public init(_ error: any Error) {
        self.code = (error as? any CodedError)?.codeName ?? "pipeline.step-failed"
        self.message = "\(error)"
    }
}
