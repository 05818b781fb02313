// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where the steps of one run are recorded: each once, before what follows it begins.
///
/// A run that was killed is given the same journal again: what is recorded is not done a second time.
public protocol RunJournal: Sendable {
    /// The run's name: the same in every attempt to run it, and no other run's.
    var runID: String { get }

    /// How a step ended; nil where it has not ended yet.
    ///
    /// - Throws: What keeps the storage from being read.
    func outcome(of step: StepCall) async throws -> StepOutcome?

    /// Records how a step ended; returns when the record survives the process.
    ///
    /// - Parameters:
    ///   - outcome: How it ended.
    ///   - step: Which step.
    ///   - duration: How long it took, its retries included.
    /// - Throws: What keeps the storage from being written; the run ends then, since it could not be resumed.
    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws
}

/// One execution of a step within a run.
public struct StepCall: Sendable, Hashable {
    /// Its name within the run.
    public var key: StepKey
    /// The kind of step.
    public var uses: String
    /// What doing it once more would change.
    public var effect: StepEffect

    /// What stands for the kind where a step has noted something before its end.
    static let note = "note"

    /// Describes an execution.
    public init(_ key: StepKey, uses: String, effect: StepEffect) {
        self.key = key
        self.uses = uses
        self.effect = effect
    }
}

/// What doing a step once more would change.
public enum StepEffect: String, Sendable, Hashable, CaseIterable {
    /// Nothing: equal inputs give equal outputs. A replay does it again, and compares.
    case pure
    /// Nothing outside, but a model answers, perhaps differently.
    case model
    /// Something outside the run; it is told the idempotency key.
    case outside
}

/// Names one execution of a step within a run: the same in every attempt to run it.
///
/// `summarise` is a step of the pipeline, `pages[12].ask` the step `ask` in the thirteenth turn of the loop `pages`.
public struct StepKey: RawRepresentable, Sendable, Hashable {
    /// The name as it is stored.
    public let rawValue: String

    /// A key by its name.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// How a step ended.
public enum StepOutcome: Sendable, Hashable {
    /// It gave these outputs.
    case finished(outputs: [String: JSONValue], usage: TokenUsage?)
    /// It failed for good, after its retries, and the pipeline goes on from there.
    case failed(code: String, message: String)
}
