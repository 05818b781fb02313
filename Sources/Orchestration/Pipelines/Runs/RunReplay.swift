// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Runs a stored run once more from its journal, without models and without effects, and compares.
///
/// Steps that change nothing are done again; the outcomes of all others come from the journal. Equal texts and equal
/// outcomes must give equal steps and the same output; where they do not, the program has changed, or a step that claims
/// to be pure is not.
public struct RunReplay: Sendable {
    /// Something that differs from the recorded run.
    public struct Difference: Sendable, Hashable {
        /// The step's key; nil for the run's output.
        public var key: StepKey?
        /// What differs.
        public var message: String

        init(key: StepKey? = nil, message: String) {
            self.key = key
            self.message = message
        }
    }

    /// What a replay found.
    public struct Report: Sendable, Hashable {
        /// Steps whose outcomes came from the journal.
        public var recalledSteps: Int
        /// Steps done again.
        public var repeatedSteps: Int
        /// What differs, in the order it was found.
        public var differences: [Difference]
    }

    private let store: any RunStore
    private let registry: StepRegistry

    /// Prepares replays of a store's runs.
    public init(store: any RunStore, registry: StepRegistry = .standard) {
        self.store = store
        self.registry = registry
    }

    /// Replays a run as far as it came.
    ///
    /// - Parameter id: The run's name, or its beginning.
    /// - Throws: ``PipelineError`` with code `.unknownRun` or `.runDiffers`; what keeps the storage from being read.
    public func replay(_ id: String) async throws -> Report {
        let run = try await self.store.run(id)
        let steps = try await self.store.allSteps(of: run.summary.id).map { ($0.call.key, $0.outcome) }
        let journal = ReplayJournal(
            runID: run.summary.id, steps: Dictionary(steps, uniquingKeysWith: { $1 }))
        let runner = PipelineRunner(
            model: AbsentModel { AbsentModel.refusal("A replay asks no model.") }, baseFolder: run.source.baseFolder)
        var output: JSONValue?
        var stop: (any Error)?
        do {
            output = try await runner.run(
                try run.pipeline(registry: self.registry), inputs: run.inputs, journal: journal
            ).output
        } catch let error as CancellationError { throw error } catch { stop = error }
        var report = journal.report()
        let didSucceed = run.summary.state == .succeeded
        if didSucceed, let stop { report.differences.append(Difference(message: "The replay stopped: \(stop)")) }
        if didSucceed, stop == nil, output != run.output {
            let (was, now) = (run.output ?? .null, output ?? .null)
            report.differences.append(
                Difference(message: "The output was \(was.serialized()), now it is \(now.serialized())."))
        }
        return report
    }
}

/// A journal that answers from a recorded run, and compares what is done again with it.
private final class ReplayJournal: RunJournal {
    private struct State {
        var recalled: Set<StepKey> = []
        var repeated: Set<StepKey> = []
        var differences: [RunReplay.Difference] = []
    }

    let runID: String
    private let steps: [StepKey: StepOutcome]
    private let state = Mutex(State())

    init(runID: String, steps: [StepKey: StepOutcome]) {
        self.runID = runID
        self.steps = steps
    }

    func outcome(of step: StepCall) async throws -> StepOutcome? {
        guard step.effect != .pure else { return nil }
        guard let outcome = self.steps[step.key] else { throw EndOfRecord(key: step.key) }
        self.state.withLock { _ = $0.recalled.insert(step.key) }
        return outcome
    }

    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        guard let recorded = self.steps[step.key] else { throw EndOfRecord(key: step.key) }
        self.state.withLock { state in
            state.repeated.insert(step.key)
            if recorded != outcome {
                state.differences.append(
                    RunReplay.Difference(key: step.key, message: "It gave \(recorded), now it gives \(outcome)."))
            }
        }
    }

    func report() -> RunReplay.Report {
        self.state.withLock { state in
            let reached = state.recalled.union(state.repeated)
            let missed = self.steps.keys.filter { !reached.contains($0) && !reached.contains($0.noting) }.sorted {
                $0.rawValue < $1.rawValue
            }
            return RunReplay.Report(
                recalledSteps: state.recalled.count, repeatedSteps: state.repeated.count,
                differences: state.differences
                    + missed.map { RunReplay.Difference(key: $0, message: "It was recorded, but is not reached now.") })
        }
    }
}

extension StepKey {
    /// The step that a sleep's time of waking belongs to; for other names the same name.
    fileprivate var noting: Self { Self(rawValue: String(self.rawValue.prefix { $0 != "!" })) }
}

/// A replay has come to a step that the run had not recorded: to where the run stopped.
private struct EndOfRecord: Error, CustomStringConvertible {
    let key: StepKey
    var description: String { "The step '\(self.key.rawValue)' was not recorded." }
}
