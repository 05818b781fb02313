// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of running pipelines.
public enum PipelineDomain: ErrorDomain {
    /// The family's name.
    public static let name = "pipeline"
}

/// An error of a running pipeline.
public typealias PipelineError = DomainError<PipelineDomain>

extension PipelineError.Code where Domain == PipelineDomain {
    /// An input of the run is missing, unknown or of the wrong type.
    public static var invalidInput: Self { "invalid-input" }
    /// A step failed; the cause says more.
    public static var stepFailed: Self { "step-failed" }
    /// A step was given a value that it cannot use.
    public static var invalidValue: Self { "invalid-value" }
    /// An expression cannot be read.
    public static var invalidExpression: Self { "invalid-expression" }
    /// A step took longer than it may.
    public static var timedOut: Self { "timed-out" }
    /// A loop's condition still held after the most turns.
    public static var limitReached: Self { "limit-reached" }
    /// A `fail` step ended the run.
    public static var failed: Self { "failed" }
    /// A file that the pipeline names cannot be read.
    public static var unreadableFile: Self { "unreadable-file" }
}
