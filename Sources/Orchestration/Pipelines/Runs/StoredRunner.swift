// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Runs stored runs: from their stored texts, with their journals, and notes how they end.
public struct StoredRunner: Sendable {
    /// Where the runs are.
    public var store: any RunStore
    /// What runs their pipelines; where relative file names start comes from the run.
    public var runner: PipelineRunner
    /// The kinds of steps that this program knows.
    public var registry: StepRegistry
    /// How often to look whether somebody wants the run to end.
    public var attention: Duration
    /// Measures that.
    public var clock: any Clock<Duration>

    /// Makes a runner of stored runs.
    public init(
        store: any RunStore, runner: PipelineRunner, registry: StepRegistry = .standard,
        attention: Duration = .milliseconds(500), clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.store = store
        self.runner = runner
        self.registry = registry
        self.attention = attention
        self.clock = clock
    }

    /// Begins a run, or goes on where it was left.
    ///
    /// - Parameters:
    ///   - id: The run's whole name.
    ///   - onEvent: Told of every step as it starts, generates text, and ends.
    /// - Returns: The output, and what every step did.
    /// - Throws: What the run failed with, and that is noted; ``RunSuspension`` where it waits; ``PipelineError`` with code
    ///   `.runCancelled`, `.runIsBusy`, `.runHasEnded` or `.runDiffers`; `CancellationError` where the task was cancelled, and
    ///   the run can be resumed.
    public func run(
        _ id: String, onEvent: (@Sendable (PipelineEvent) -> Void)? = nil
    ) async throws -> PipelineResult {
        let run = try await self.store.run(id)
        let pipeline = try run.pipeline(registry: self.registry)
        let session = try await self.store.open(id)
        var runner = self.runner
        runner.baseFolder = run.source.baseFolder
        do {
            let result = try await self.watching(session) { [runner] in
                try await runner.run(pipeline, inputs: run.inputs, journal: session, onEvent: onEvent)
            }
            try await session.end(.succeeded(result.output))
            return result
        } catch let error as CancellationError {
            await session.leave()
            throw error
        } catch {
            try await session.end(Self.ending(error))
            throw error
        }
    }

    private static func ending(_ error: any Error) -> RunEnding {
        if let suspension = error as? RunSuspension { return .waiting(suspension.pending) }
        if let error = error as? PipelineError, error.code == .runCancelled { return .cancelled }
        return .failed(RunFailure(error))
    }

    /// Does the work while looking now and then whether it is still wanted.
    private func watching(
        _ session: any RunSession, _ work: @escaping @Sendable () async throws -> PipelineResult
    ) async throws -> PipelineResult {
        try await withThrowingTaskGroup(of: PipelineResult.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                while try await !session.isCancellationRequested() { try await self.clock.sleep(for: self.attention) }
                throw PipelineError(.runCancelled, "The run '\(session.runID)' was cancelled.")
            }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}

extension StoredRun {
    /// The pipeline, read from the stored texts.
    ///
    /// - Throws: ``PipelineError`` with code `.runDiffers` where this program no longer understands it.
    public func pipeline(registry: StepRegistry) throws -> Pipeline {
        do {
            return try Pipeline(
                yaml: self.source.text, file: self.source.file, registry: registry,
                include: { self.source.included[$0] })
        } catch {
            throw PipelineError(
                .runDiffers,
                """
                The pipeline of the run '\(self.summary.id)' was stored by a program with other steps; this one does not \
                understand it. Resume it with the program that began it, or begin a new run.
                """, cause: error)
        }
    }

    /// Makes sure that a pipeline is the one that is stored.
    ///
    /// - Throws: ``PipelineError`` with code `.runDiffers` that says what changed.
    public func check(_ source: PipelineSource) throws {
        guard source.text != self.source.text || source.included != self.source.included else { return }
        let names = source.included.keys.filter { source.included[$0] != self.source.included[$0] }.sorted()
        let changed = source.text != self.source.text ? source.file : names.joined(separator: ", ")
        throw PipelineError(
            .runDiffers,
            """
            \(changed) has changed since the run '\(self.summary.id)' began, so its recorded steps may not fit. Leave out the \
            file to go on with the text as it was, or begin a new run.
            """)
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// Somebody wanted the run to end.
    public static var runCancelled: Self { "run-cancelled" }
}
