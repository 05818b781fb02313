// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// What came out of a run.
public struct PipelineResult: Sendable {
    /// The output.
    public var output: JSONValue
    /// What every step did, in the order they ran.
    public var steps: [StepRecord]
    /// How long the run took.
    public var duration: Duration
}

/// What a step did.
public struct StepRecord: Sendable {
    /// The step's id.
    public var id: String
    /// The kind of step.
    public var uses: String
    /// What it was given.
    public var inputs: [String: JSONValue]
    /// What it gave.
    public var outputs: [String: JSONValue]
    /// How long it took.
    public var duration: Duration
    /// The tokens of its model calls; nil if it made none.
    public var usage: TokenUsage?
}

/// Something that happens during a run.
public enum PipelineEvent: Sendable {
    /// A step begins.
    case started(step: String, uses: String, inputs: [String: JSONValue])
    /// A step's model generated more text.
    case text(step: String, delta: String)
    /// A step ended well.
    case finished(StepRecord)
    /// A step failed, and the run with it.
    case failed(step: String, error: any Error, duration: Duration)
}
