// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFacade
internal import OrderedCollections
internal import Pipelines
internal import PostgresRuns
internal import RunStorage

/// What a pipeline's steps cost when they do nothing.
struct OrchestratorBenchmark {
    /// The steps of the chain, each of which reads what the one before it gave.
    let steps: Int
    /// The turns of the loop.
    let width: Int

    /// The file for runs that outlive the process; nil leaves that measure out.
    let store: String?

    /// The URL of a database for them; nil leaves that measure out.
    let database: String?

    private static let registry = StepRegistry([EchoStep()])
    private static let inputs: [String: JSONValue] = ["value": "nothing"]
    /// How often one sample runs the chain, so that it is long enough to be timed.
    private static let repeats = 20
    /// The turns of the run whose memory is compared with that of a shorter one.
    private static let longRun = 10_000

    func rows(runs: Int) async throws -> [BenchmarkRow] {
        let runner = PipelineRunner(model: NoModel())
        // First, before anything larger has been in memory.
        let memory = try await self.memory(runner)
        let chain = try self.chain(of: self.steps)
        let wide = try self.loop(of: self.width, concurrency: self.width)
        _ = try await Self.microseconds(runner, chain, steps: self.steps)
        var (stepTimes, turnTimes) = ([Double](), [Double]())
        for _ in 0..<runs {
            stepTimes.append(try await Self.microseconds(runner, chain, steps: self.steps))
            turnTimes.append(try await Self.microseconds(runner, wide, steps: self.width))
        }
        var durable = [BenchmarkRow]()
        if let store {
            for (measure, durability) in [
                ("step_durable_us", StorageFile.Durability.process), ("step_durable_power_us", .power),
            ] {
                let file = try StorageFile(path: store, durability: durability)
                durable.append(try await self.durable(measure, SQLiteRunStore(file), runner, chain, runs: runs))
            }
        }
        if let database {
            let store = PostgresRunStore(try RunDatabase(url: database))
            durable.append(try await self.durable("step_shared_us", store, runner, chain, runs: runs))
        }
        return [
            Self.row("step_memory_us", stepTimes, details: ["steps": .integer(self.steps)]),
            Self.row("turn_memory_us", turnTimes, details: ["width": .integer(self.width)]),
        ] + memory + durable
    }

    /// The chain, with each step recorded before the next begins.
    private func durable(
        _ measure: String, _ store: any RunStore, _ runner: PipelineRunner, _ chain: Pipeline, runs: Int
    ) async throws -> BenchmarkRow {
        let clock = ContinuousClock()
        var times = [Double]()
        for _ in 0...runs {
            let journal = try await Self.journal(for: chain, in: store)
            let start = clock.now
            let output = try await self.run(chain, on: runner, journal: journal)
            times.append(start.duration(to: clock.now) / .microseconds(1) / Double(self.steps))
            try await journal.end(.succeeded(output))
        }
        return Self.row(measure, Array(times.dropFirst()), details: ["steps": .integer(self.steps)])
    }

    private static func journal(for pipeline: Pipeline, in store: any RunStore) async throws -> any RunSession {
        let source = PipelineSource(
            name: pipeline.name, version: pipeline.version, file: "\(pipeline.name).yaml", text: "")
        return try await store.open(store.create(source, inputs: Self.inputs))
    }

    private static func row(
        _ measure: String, _ samples: [Double], details: KeyValuePairs<String, JSONValue>
    ) -> BenchmarkRow {
        BenchmarkRow(
            measure: measure, samples: samples, unit: "µs", isLowerBetter: true,
            details: .init(uniqueKeysWithValues: details.map { ($0.key, $0.value) }))
    }

    private static func microseconds(_ runner: PipelineRunner, _ pipeline: Pipeline, steps: Int) async throws -> Double
    {
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<Self.repeats { _ = try await runner.run(pipeline, inputs: Self.inputs) }
        return start.duration(to: clock.now) / .microseconds(1) / Double(Self.repeats * steps)
    }

    // MARK: - Memory

    /// How much the process's largest memory grows by runs ten times as long as those before them, the narrowest first.
    private func memory(_ runner: PipelineRunner) async throws -> [BenchmarkRow] {
        var rows = [
            try await self.growth("long_run_growth_mb", turns: Self.longRun, self.loop) {
                _ = try await self.run($0, on: runner)
            },
            try await self.growth("wide_run_growth_mb", turns: 100 * self.width, self.wideLoop) {
                _ = try await self.run($0, on: runner)
            },
        ]
        guard let store else { return rows }
        let runStore = SQLiteRunStore(try StorageFile(path: store))
        rows.append(
            try await self.growth("stored_run_growth_mb", turns: Self.longRun, self.loop) { loop in
                let journal = try await Self.journal(for: loop, in: runStore)
                try await journal.end(.succeeded(self.run(loop, on: runner, journal: journal)))
            })
        return rows
    }

    private func run(
        _ pipeline: Pipeline, on runner: PipelineRunner, journal: (any RunJournal)? = nil
    ) async throws -> JSONValue {
        try await runner.run(pipeline, inputs: Self.inputs, journal: journal).output
    }

    /// How much more memory a loop takes at most than one with a tenth of its turns.
    private func growth(
        _ measure: String, turns: Int, _ loop: (Int) throws -> Pipeline, _ run: (Pipeline) async throws -> Void
    ) async throws -> BenchmarkRow {
        try await run(loop(turns / 10))
        let before = try MemoryBenchmark.peak()
        try await run(loop(turns))
        let peak = try MemoryBenchmark.peak()
        return BenchmarkRow(
            measure: measure, samples: [peak - before], unit: "MB", isLowerBetter: true,
            details: ["turns": .integer(turns), "peak_mb": .number(peak)])
    }

    // MARK: - Pipelines

    private func chain(of count: Int) throws -> Pipeline {
        try Pipeline(
            "chain", inputs: [PipelineInput("value")], output: .string("${s\(count - 1).value}"),
            registry: Self.registry
        ) {
            for index in 0..<count {
                let source = index == 0 ? "${inputs.value}" : "${s\(index - 1).value}"
                Step("s\(index)", uses: "echo", with: ["value": .string(source)])
            }
        }
    }

    private func loop(of count: Int) throws -> Pipeline { try self.loop(of: count, concurrency: 16) }

    /// A loop whose turns wait for each other until so many are there, so that they do take place at the same time.
    private func wideLoop(of count: Int) throws -> Pipeline {
        try self.loop(of: count, concurrency: self.width, StepRegistry([EchoStep(meeting: Rendezvous(of: self.width))]))
    }

    /// A loop whose results nobody reads: what a run gives is kept, and would be taken for growth.
    private func loop(of count: Int, concurrency: Int, _ registry: StepRegistry = Self.registry) throws -> Pipeline {
        try Pipeline("loop", inputs: [PipelineInput("value")], output: "${inputs.value}", registry: registry) {
            ForEach(.integer(count), id: "turns", concurrency: concurrency) {
                Step("s", uses: "echo", with: ["value": "${item}"])
            }
        }
    }
}

/// Gives what it is given, at once or when enough others are there.
private struct EchoStep: PipelineStep {
    var meeting: Rendezvous?
    let definition = StepDefinition(
        name: "echo", summary: "Gives what it is given.", inputs: [StepPort("value", .any, "Anything.")],
        outputs: [StepPort("value", .any, "The same.")], effect: .pure)

    func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        await self.meeting?.wait()
        return inputs.values
    }
}

/// Where as many wait as are to meet, again and again.
private actor Rendezvous {
    private let size: Int
    private var waiting = [CheckedContinuation<Void, Never>]()

    init(of size: Int) { self.size = size }

    func wait() async {
        await withCheckedContinuation { continuation in
            self.waiting.append(continuation)
            guard self.waiting.count == self.size else { return }
            for waiter in self.waiting { waiter.resume() }
            self.waiting.removeAll(keepingCapacity: true)
        }
    }
}

/// Stands where pipelines without a model must have one.
private struct NoModel: ModelAdapter {
    let name = "none"
    let capabilities: ModelCapabilities = []

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(.unsupported, "There is no model here.")
    }

    func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { 0 }
}
