// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Where runs are kept, so that they outlive the process that runs them.
public protocol RunStore: Sendable {
    /// Stores a run that has not begun; for an event only where it has no run already, whether that has ended or not.
    ///
    /// - Returns: The run's name, and whether it was stored now.
    func create(
        _ source: PipelineSource, inputs: [String: JSONValue], for occasion: RunOccasion?
    ) async throws -> (run: String, isNew: Bool)

    /// Takes a run to begin or resume it; no other process gets it until the session ends it, leaves it or is let go.
    ///
    /// A process that has lost its run, as one that was cut off for longer than the store waits, can record no more in it.
    /// - Throws: ``PipelineError`` with code `.unknownRun`, `.runIsBusy` or, where nothing more can happen to it,
    ///   `.runHasEnded`; what keeps the storage from being used.
    func open(_ id: String) async throws -> any RunSession

    /// A run with all that is needed to resume it.
    ///
    /// - Parameter id: Its name, or a beginning that no other run's name has.
    /// - Throws: ``PipelineError`` with code `.unknownRun`; what keeps the storage from being read.
    func run(_ id: String) async throws -> StoredRun

    /// Runs, the latest first.
    func runs(_ filter: RunFilter) async throws -> [RunSummary]

    /// Steps that a run has recorded, in that order.
    ///
    /// - Parameters:
    ///   - id: The run's whole name.
    ///   - position: The first position to return.
    ///   - limit: The most steps to return.
    func steps(of id: String, from position: Int, limit: Int) async throws -> [RecordedStep]

    /// Ends a run that nobody is at work on; asks the process that is at work on it to end it.
    ///
    /// - Returns: `.cancelled`, or `.running` where a process has been asked.
    /// - Throws: ``PipelineError`` with code `.unknownRun` or `.runHasEnded`.
    func cancel(_ id: String) async throws -> RunState

    /// Answers what a waiting run waits for; the run goes on when it is opened next.
    ///
    /// - Parameters:
    ///   - value: The answer.
    ///   - key: The step that waits.
    ///   - id: The run's whole name.
    /// - Throws: ``PipelineError`` with code `.unknownRun`, `.runIsBusy` or, where nothing waits under that key,
    ///   `.notWaiting`; what keeps the storage from being written.
    func answer(_ value: JSONValue, to key: StepKey, of id: String) async throws

    /// Removes ended runs by a policy, and values that no run refers to any more.
    func prune(_ policy: RetentionPolicy) async throws -> PruningReport
}

extension RunStore {
    /// Stores a run that has not begun.
    ///
    /// - Returns: Its name.
    public func create(_ source: PipelineSource, inputs: [String: JSONValue]) async throws -> String {
        try await self.create(source, inputs: inputs, for: nil).run
    }

    /// Every step that a run has recorded, in that order, without what steps noted before they ended.
    ///
    /// - Parameter id: The run's whole name.
    public func allSteps(of id: String) async throws -> [RecordedStep] {
        let limit = 500
        var steps: [RecordedStep] = []
        var count = 0
        while true {
            let page = try await self.steps(of: id, from: count, limit: limit)
            count += page.count
            steps += page.lazy.filter { $0.call.uses != StepCall.note }
            if page.count < limit { return steps }
        }
    }
}

/// A run in the hands of this process: its journal, and how it is left.
public protocol RunSession: RunJournal {
    /// Whether somebody wants the run to end.
    func isCancellationRequested() async throws -> Bool

    /// Leaves the run, and lets others have it.
    func end(_ ending: RunEnding) async throws

    /// Leaves the run as it stands, to be resumed: others may have it at once.
    ///
    /// Where a session is dropped instead, or the storage cannot be told, others may have to wait until the hold ends by itself.
    func leave() async
}

/// Which runs to list.
public struct RunFilter: Sendable, Hashable {
    /// Only runs in these states; empty for all.
    public var states: Set<RunState>
    /// Only runs of this pipeline; nil for all.
    public var pipeline: String?
    /// The most to list.
    public var limit: Int

    /// Makes a filter.
    public init(states: Set<RunState> = [], pipeline: String? = nil, limit: Int = 50) {
        self.states = states
        self.pipeline = pipeline
        self.limit = limit
    }
}

/// Which ended runs are removed: those beyond any of the limits, the oldest first.
///
/// Runs that can still go on are never removed: queued, waiting, running and interrupted ones. Failed ones count as ended.
public struct RetentionPolicy: Sendable, Hashable {
    /// How long ago a run may have ended; nil for any time.
    public var maximumAge: Duration?
    /// How many ended runs are kept; nil for any number.
    public var maximumCount: Int?
    /// How many bytes the storage may take; nil for any number.
    public var maximumBytes: Int?

    /// Makes a policy.
    public init(maximumAge: Duration? = nil, maximumCount: Int? = nil, maximumBytes: Int? = nil) {
        self.maximumAge = maximumAge
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }
}

/// What pruning did.
public struct PruningReport: Sendable, Hashable {
    /// Runs removed.
    public var removedRuns: Int
    /// Shared values removed.
    public var removedValues: Int
    /// Bytes that the storage takes now.
    public var bytes: Int

    /// Describes what pruning did.
    public init(removedRuns: Int, removedValues: Int, bytes: Int) {
        self.removedRuns = removedRuns
        self.removedValues = removedValues
        self.bytes = bytes
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// No run has that name, or several have that beginning.
    public static var unknownRun: Self { "unknown-run" }
    /// Another process is at work on the run.
    public static var runIsBusy: Self { "run-is-busy" }
    /// Nothing more can happen to the run.
    public static var runHasEnded: Self { "run-has-ended" }
    /// The run does not wait for that answer.
    public static var notWaiting: Self { "not-waiting" }
    /// What is stored of a run does not fit the pipeline or this program.
    public static var runDiffers: Self { "run-differs" }
}
