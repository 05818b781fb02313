// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import OrderedCollections
internal import PluginHost

/// `autoglm run`: a pipeline, shown step by step.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a pipeline and show the flow step by step.",
        discussion: """
            Example:
              autoglm run Examples/task-flow.yaml --input "What is the capital of France?"

            --input sets the pipeline's main input (the first that must be given, else the first), --set any input by its \
            name. `autoglm steps` lists the kinds of steps. Every step is recorded as it ends; what was cut off goes on with \
            --resume RUN. At a --breakpoint a run waits: `autoglm runs show RUN` tells what was done, and --resume RUN without \
            that breakpoint goes on. A --dry-run does only steps that change nothing; the others take --answers.

            --telemetry keeps a trace of the run and its steps, which `autoglm traces` shows; 'telemetry:' in the file of --config, \
            or OpenTelemetry's variables (OTEL_…), say where else they go.
            """)

    @OptionGroup(title: "Model") var config: ConfigOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup var output: OutputOptions

    @OptionGroup var given: InputOptions

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var routing: RoutingOptions
    @OptionGroup(title: "Storage") var store: StoreOptions
    @OptionGroup var watching: TelemetryOptions

    @Flag(help: "Keep nothing of the run; it cannot be resumed.")
    var noStore = false

    @Option(help: "Go on with this run, by its name or the beginning of it; no step is done twice.")
    var resume: String?

    @Option(
        name: .customLong("breakpoint"),
        help:
            "Stop before this step, wherever it is, until `autoglm runs answer` lets the run go on; may be given several times."
    )
    var breakpoints: [String] = []

    @Flag(help: "Leave the run to `autoglm worker`, and print its name.")
    var enqueue = false

    @Option(help: "With --enqueue: on whose behalf; tenants get equal shares of the workers.")
    var tenant = "default"

    @Option(
        parsing: .unconditional, help: "With --enqueue: before which others of the tenant it comes, the highest first.")
    var priority = 0

    @OptionGroup(title: "Dry run") var dry: DryRunOptions

    @Argument(help: "The pipeline's YAML file; with --resume it may be left out.")
    var pipeline: String?

    func validate() throws {
        try self.config.check(against: self.model)
        if self.pipeline == nil, self.resume == nil {
            throw ValidationError("Name a pipeline's file, or a run to --resume.")
        }
        if self.noStore, self.enqueue || self.resume != nil {
            throw ValidationError("--enqueue and --resume need what --no-store forbids.")
        }
        if self.dry.isDry, self.resume != nil || self.enqueue || !self.breakpoints.isEmpty {
            throw ValidationError("A --dry-run stores nothing; leave out --resume, --enqueue and --breakpoint.")
        }
        if !self.breakpoints.isEmpty, self.noStore || self.enqueue {
            throw ValidationError(
                """
                --breakpoint stops a run that is stored and done here; leave out --no-store and --enqueue, or write \
                'breakpoint: true' into the pipeline.
                """)
        }
        if self.resume != nil, self.enqueue || !self.given.isEmpty {
            throw ValidationError(
                "A run is resumed with the inputs it began with; leave out --input, --set and --enqueue.")
        }
    }

    func run() async throws {
        let plugins = try self.plugins.host()
        let configured = try self.config.models(plugins)
        let parts = Parts(
            configured: configured, plugins: plugins, program: try self.watching.program(configured))
        try await RunningServices.run(parts.program?.services ?? []) { try await self.run(parts) }
    }

    /// What a run is made of besides its pipeline.
    struct Parts {
        /// The models of a configuration; nil where none is named.
        let configured: ConfiguredModels?
        let plugins: PluginHost
        let program: ProgramTelemetry?
    }

    private func run(_ parts: Parts) async throws {
        if let resume { return try await self.resume(resume, parts) }
        let path = self.pipeline ?? ""
        let pipeline = try PipelineFile.read(path, registry: self.registry(parts))
        if self.dry.isDry { return try await self.goThrough(pipeline, at: path) }
        let inputs = try self.given.values(for: pipeline)
        guard self.noStore else {
            return try await self.start(pipeline, at: path, inputs: inputs, parts)
        }
        let models = try await self.models(parts)
        var runner = models.runner(try self.routing.router(parts.plugins))
        runner.baseFolder = FilePath.folder(of: path)
        switch self.output.format {
        case .json: try Console.json(Self.json(await runner.run(pipeline, inputs: inputs), of: pipeline))
        case .text:
            let printer = FlowPrinter(pipeline: pipeline, model: models.main.name)
            try printer.finish(await runner.run(pipeline, inputs: inputs) { printer.show($0) })
        }
    }

    /// The kinds of steps, and the models that they may name; what a worker has is not known here.
    func registry(_ parts: Parts) throws -> StepRegistry {
        let registry = try StepRegistry.program(plugins: parts.plugins, models: parts.configured)
        return parts.configured == nil && !self.enqueue ? registry.offering(models: [self.model.model]) : registry
    }

    /// The models, opened.
    func models(_ parts: Parts) async throws -> PipelineModels {
        try await self.config.open(parts.configured, self.model, parts.plugins, parts.program)
    }

    // MARK: - Report

    static func json(_ result: PipelineResult, of pipeline: Pipeline, run: String? = nil) -> JSONValue {
        [
            "run": run.map { .string($0) } ?? .null, "pipeline": .string(pipeline.name),
            "version": .string(pipeline.version), "output": result.output,
            "steps": .array(result.steps.map(Self.json)), "events": .array(result.events.map(RunReport.json)),
            "duration_ms": .number(result.duration.milliseconds),
        ]
    }

    private static func json(_ step: StepRecord) -> JSONValue {
        [
            "id": .string(step.id), "key": .string(step.key.rawValue), "uses": .string(step.uses),
            "duration_ms": .number(step.duration.milliseconds),
            "inputs": JSONValue(sorted: step.inputs), "outputs": JSONValue(sorted: step.outputs),
            "usage": step.usage.map {
                [
                    "prompt_tokens": .integer($0.promptTokens), "completion_tokens": .integer($0.completionTokens),
                    "total_tokens": .integer($0.totalTokens),
                ]
            } ?? .null,
        ]
    }
}

/// Reads pipelines from files.
enum PipelineFile {
    /// The pipeline in a file.
    ///
    /// - Throws: ``CommandError`` when it cannot be read; `InvalidPipelineError` with everything that is wrong.
    static func read(_ path: String, registry: StepRegistry) throws -> Pipeline {
        let folder = FilePath.folder(of: path)
        return try Pipeline(yaml: InputFile.text(path: path), file: path, registry: registry) {
            try FilePath.template(named: $0, in: folder)
        }
    }
}
