// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where the steps of one run are recorded: each once, before what follows it begins.
///
/// A run that was killed is given the same journal again: what is recorded is not done a second time.
public protocol RunJournal: Sendable {
    /// How a step ended; nil where it has not ended yet.
    ///
    /// - Throws: What keeps the storage from being read.
    func outcome(of key: StepKey) async throws -> StepOutcome?

    /// Records how a step ended; returns when the record survives the process.
    ///
    /// - Throws: What keeps the storage from being written; the run ends then, since it could not be resumed.
    func record(_ outcome: StepOutcome, of key: StepKey) async throws
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
