// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import TaskRouting

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Runs pipelines on a model.
///
/// Cancelling the task that runs stops between steps and, where the model is at work, within one token.
public struct PipelineRunner: Sendable {
    /// The model that answers.
    public var model: any ModelAdapter
    /// Identifies tasks.
    public var router: TaskRouter
    /// Where relative file names in pipelines start; nil forbids them.
    public var baseFolder: String?
    /// Measures how long steps take, and waits.
    public var clock: any Clock<Duration>
    /// The time since 1970 that a `sleep` which outlives its process goes by.
    public var now: @Sendable () -> Duration
    /// A random number from 0 to 1, for the waits between attempts.
    public var chance: @Sendable () -> Double
    /// Steps before which a run waits, by their ids.
    public var breakpoints: Set<String> = []
    /// Answers what a run waits for while it runs; nil, or an answer of nil, ends the run as waiting.
    public var answer: (@Sendable (PendingAnswer) async throws -> JSONValue?)?
    /// The longest sleep for which a run stays in memory, nil for any; a longer one ends it as waiting.
    public var longestSleep: Duration?
    /// Of how many steps the result tells what they did; events tell of all.
    public var recordLimit = 1_000
    /// Within what runs and steps are done, such as the spans of a trace; nil spends nothing.
    public var surroundings: (any RunSurroundings)?
    /// The model of a name, for steps that name one; nil knows only ``model`` by its own name.
    public var models: (@Sendable (String) throws -> any ModelAdapter)?
    /// Gives a step another model than ``model``; nil gives all the same.
    var substitute: (@Sendable (StepCall) -> any ModelAdapter)?

    /// Makes a runner.
    public init(
        model: any ModelAdapter, router: TaskRouter = TaskRouter(), baseFolder: String? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Duration = PipelineRunner.systemTime,
        chance: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.model = model
        self.router = router
        self.baseFolder = baseFolder
        self.clock = clock
        self.now = now
        self.chance = chance
    }

    /// The model that a step names; one that refuses where there is none.
    func model(named name: String) -> any ModelAdapter {
        do {
            if let models { return try models(name) }
            if name == self.model.name { return self.model }
            throw LLMError(.unknownModel, "There is no model '\(name)'. Known: \(self.model.name).")
        } catch { return AbsentModel { error } }
    }

    /// The time since 1970 by the system's clock.
    @Sendable public static func systemTime() -> Duration { .seconds(Date().timeIntervalSince1970) }

    /// Runs a pipeline, or goes on with a run.
    ///
    /// - Parameters:
    ///   - pipeline: What to run.
    ///   - inputs: A value for each input that has no default; when going on, the same as before.
    ///   - journal: Where steps are recorded as they end; those recorded already are not done again. Nil records nothing.
    ///   - onEvent: Told of every step as it starts, generates text, and ends; may be called from several tasks at once.
    /// - Returns: The output, and what the steps did.
    /// - Throws: ``PipelineError`` with code `.invalidInput` or, with step and place, `.stepFailed`; ``RunSuspension``
    ///   where the run goes on once something has come from outside; what the journal throws; `CancellationError` if
    ///   the task was cancelled.
    public func run(
        _ pipeline: Pipeline, inputs: [String: JSONValue] = [:], journal: (any RunJournal)? = nil,
        onEvent: (@Sendable (PipelineEvent) -> Void)? = nil
    ) async throws -> PipelineResult {
        let execution = Execution(self, journal: journal, onEvent: onEvent)
        let output = try await execution.surrounded(pipeline.name) {
            do {
                return try await execution.run(pipeline.program, inputs: inputs)
            } catch let failure as StepFailure {
                throw failure.error
            } catch let failure as JournalFailure {
                throw failure.error
            }
        }
        return execution.result(output)
    }
}
