// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import Synchronization

/// One attempt to run a pipeline: what is the same for all its steps.
final class Execution: Sendable {
    private struct State {
        var steps: [StepRecord] = []
        var stepCount = 0
        var events: [EmittedEvent] = []
        /// What steps noted before they ended, where no journal keeps it.
        var notes: [StepKey: JSONValue] = [:]
    }

    let runner: PipelineRunner
    let journal: (any RunJournal)?
    let runID: String
    let onEvent: (@Sendable (PipelineEvent) -> Void)?
    /// How long the run has taken so far.
    let elapsed: @Sendable () -> Duration
    let usage = UsageCounter()
    /// The execution in whose pipe this one runs steps; nil for a run's own.
    private let outer: Execution?
    private let state = Mutex(State())

    init(
        _ runner: PipelineRunner, journal: (any RunJournal)?, onEvent: (@Sendable (PipelineEvent) -> Void)?
    ) {
        self.runner = runner
        self.outer = nil
        self.journal = journal
        self.runID = journal?.runID ?? StableHash.hexadecimal("\(UInt128.random(in: 0 ... .max))")
        self.onEvent = onEvent
        self.elapsed = Self.stopwatch(runner.clock)
    }

    /// Runs the stages of a pipe, whose steps are not recorded by themselves.
    init(within outer: Execution) {
        var runner = outer.runner
        runner.breakpoints = []
        self.runner = runner
        self.outer = outer
        self.journal = nil
        self.runID = outer.runID
        self.onEvent = outer.onEvent
        self.elapsed = outer.elapsed
    }

    private static func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    /// Runs a whole pipeline.
    func run(_ program: Program, inputs: [String: JSONValue]) async throws -> JSONValue {
        let frame = Frame(program.body)
        frame.slots[0] = .outputs(try program.checked(inputs), asked: nil)
        return try await self.run(program, in: frame)
    }

    /// Runs the steps of a pipeline whose inputs are in its frame.
    func run(_ program: Program, in frame: Frame) async throws -> JSONValue {
        try await self.run(program.body.block, in: frame)
        return try program.output.value(in: frame)
    }

    /// Keeps what a step did.
    func keep(_ record: StepRecord) {
        if let usage = record.usage { self.usage.add(usage) }
        if let outer { return outer.keep(record) }
        self.state.withLock { state in
            state.stepCount += 1
            if state.steps.count < self.runner.recordLimit { state.steps.append(record) }
        }
        self.onEvent?(.finished(record))
    }

    /// Keeps an event that a step has told.
    func emitted(_ event: Event, by step: StepKey) {
        let emitted = EmittedEvent(step: step, event: event)
        self.keep(emitted)
        self.onEvent?(.emitted(emitted))
    }

    /// Keeps an event of this attempt to run, or of an earlier one.
    func keep(_ event: EmittedEvent) {
        if let outer { return outer.keep(event) }
        self.state.withLock { if $0.events.count < self.runner.recordLimit { $0.events.append(event) } }
    }

    func result(_ output: JSONValue) -> PipelineResult {
        let none = TokenUsage(promptTokens: 0, completionTokens: 0)
        return self.state.withLock { state in
            PipelineResult(
                output: output, steps: state.steps, stepCount: state.stepCount, events: state.events,
                usage: self.usage.sum ?? none,
                duration: self.elapsed())
        }
    }

    // MARK: - Journal

    /// How a step ended in an earlier attempt to run.
    func outcome(of call: StepCall) async throws -> StepOutcome? {
        guard let journal = self.journal else { return nil }
        do { return try await journal.outcome(of: call) } catch { throw JournalFailure(error: error) }
    }

    /// What a step notes before it ends: the same when it is tried again, also by another process.
    ///
    /// - Returns: The note, and whether it was made just now.
    func note(_ key: StepKey, _ make: () throws -> JSONValue) async throws -> (value: JSONValue, isNew: Bool) {
        if let outer { return try await outer.note(key, make) }
        if let known = self.state.withLock({ $0.notes[key] }) { return (known, false) }
        let call = StepCall(key, uses: StepCall.note, effect: .outside)
        if case .finished(let outputs, _) = try await self.outcome(of: call), let value = outputs["value"] {
            return (value, false)
        }
        let value = try make()
        if self.journal == nil { self.state.withLock { $0.notes[key] = value } }
        try await self.record(.finished(outputs: ["value": value], usage: nil), of: call, since: self.elapsed())
        return (value, true)
    }

    /// Records how a step ended, before anything that follows it begins.
    func record(_ outcome: StepOutcome, of call: StepCall, since start: Duration) async throws {
        guard let journal = self.journal else { return }
        do {
            try await journal.record(outcome, of: call, took: self.elapsed() - start)
        } catch { throw JournalFailure(error: error) }
    }
}

extension Program {
    /// The values of all inputs.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidInput`.
    func checked(_ inputs: [String: JSONValue]) throws -> [String: JSONValue] {
        let known = self.inputs.map(\.name)
        if let unknown = inputs.keys.sorted().first(where: { !known.contains($0) }) {
            throw PipelineError(
                .invalidInput,
                "The pipeline '\(self.name)' has no input '\(unknown)'. \(NearestName.hint(for: unknown, in: known))")
        }
        var values: [String: JSONValue] = [:]
        for input in self.inputs {
            guard let value = inputs[input.name] ?? input.defaultValue else {
                let about = input.description.isEmpty ? "." : ": \(input.description)"
                throw PipelineError(
                    .invalidInput,
                    "The pipeline '\(self.name)' needs the input '\(input.name)' (\(input.type.rawValue))\(about)")
            }
            guard input.type.holds(value) else {
                throw PipelineError(
                    .invalidInput,
                    "The input '\(input.name)' must be of type \(input.type.rawValue), but is \(value.typeName).")
            }
            values[input.name] = value
        }
        return values
    }
}
