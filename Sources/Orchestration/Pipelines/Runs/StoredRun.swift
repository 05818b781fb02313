// SPDX-License-Identifier: Apache-2.0

public import LLMCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a list of runs shows of one.
public struct RunSummary: Sendable, Hashable {
    /// Its name, unique in its store; later runs have later names.
    public var id: String
    /// The pipeline's name.
    public var pipeline: String
    /// The pipeline's version.
    public var version: String
    /// Where it stands.
    public var state: RunState
    /// When it was stored.
    public var createdAt: Date
    /// When it first began; nil if it has not.
    public var startedAt: Date?
    /// When it was left last, well or not; nil if it never was.
    public var endedAt: Date?
    /// How often it was begun or resumed.
    public var attempts: Int
    /// The steps recorded.
    public var stepCount: Int
    /// Why it failed; nil if it did not.
    public var failure: RunFailure?

    /// Describes a run.
    public init(
        id: String, pipeline: String, version: String, state: RunState, createdAt: Date, startedAt: Date? = nil,
        endedAt: Date? = nil, attempts: Int = 0, stepCount: Int = 0, failure: RunFailure? = nil
    ) {
        self.id = id
        self.pipeline = pipeline
        self.version = version
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.attempts = attempts
        self.stepCount = stepCount
        self.failure = failure
    }
}

/// A run with all that is needed to resume it.
public struct StoredRun: Sendable {
    /// What a list shows of it.
    public var summary: RunSummary
    /// What it runs.
    public var source: PipelineSource
    /// The SHA-256 of the pipeline's texts, in hexadecimal.
    public var contentHash: String
    /// What it was given.
    public var inputs: [String: JSONValue]
    /// What came out; nil unless it succeeded.
    public var output: JSONValue?
    /// What it waits for; empty unless it waits.
    public var pending: [PendingAnswer]

    /// Describes a run.
    public init(
        summary: RunSummary, source: PipelineSource, contentHash: String, inputs: [String: JSONValue],
        output: JSONValue? = nil, pending: [PendingAnswer] = []
    ) {
        self.summary = summary
        self.source = source
        self.contentHash = contentHash
        self.inputs = inputs
        self.output = output
        self.pending = pending
    }
}

/// A step of a stored run.
public struct RecordedStep: Sendable, Hashable {
    /// Which step.
    public var call: StepCall
    /// Its place in the order of recording, from 0.
    public var position: Int
    /// How it ended.
    public var outcome: StepOutcome
    /// When it ended.
    public var endedAt: Date
    /// How long it took.
    public var duration: Duration

    /// Describes a step.
    public init(call: StepCall, position: Int, outcome: StepOutcome, endedAt: Date, duration: Duration) {
        self.call = call
        self.position = position
        self.outcome = outcome
        self.endedAt = endedAt
        self.duration = duration
    }
}
