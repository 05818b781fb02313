// SPDX-License-Identifier: Apache-2.0

internal import GRPCAPI
internal import LLMCore
internal import ModelGateway
internal import Observability
internal import PipelineTelemetry
internal import Pipelines
internal import PluginHost
internal import TaskRouting

/// The pipelines of a configuration, which clients of `autoglm.v1` may run.
struct ServedPipelines: PipelineRunning {
    private struct Served {
        let pipeline: Pipeline
        let folder: String
    }

    /// The pipelines' names, sorted.
    let names: [String]
    private let served: [String: Served]
    private let models: PipelineModels
    private let router: TaskRouter
    private let telemetry: Telemetry?

    /// Reads pipelines; nil where there is none.
    ///
    /// - Parameters:
    ///   - gateway: The models that steps may name; the first one answers where a step names none.
    ///   - plugins: Where plugins come from.
    /// - Throws: ``CommandError`` for a file that cannot be read, or without any model; `InvalidPipelineError`.
    init?(_ paths: [String], on gateway: Gateway, _ plugins: PluginHost, _ telemetry: Telemetry?) throws {
        guard !paths.isEmpty else { return nil }
        guard let first = gateway.names.first else {
            throw CommandError(.badInput, "'pipelines' needs a model that answers; the configuration has none.")
        }
        let registry = try StepRegistry.program(plugins: plugins).offering(models: gateway.names)
        var served: [String: Served] = [:]
        for path in paths {
            let pipeline = try PipelineFile.read(path, registry: registry)
            let before = served.updateValue(
                Served(pipeline: pipeline, folder: FilePath.folder(of: path)), forKey: pipeline.name)
            guard before == nil else {
                throw CommandError(.badInput, "Two files of 'pipelines' are the pipeline '\(pipeline.name)'.")
            }
        }
        self.served = served
        self.names = served.keys.sorted()
        self.router = try RoutingOptions.router(nil, plugins)
        self.models = PipelineModels(main: try gateway.model(named: first), gateway: gateway)
        self.telemetry = telemetry
    }

    func run(
        _ name: String, inputs: [String: JSONValue], onEvent: @escaping @Sendable (PipelineEvent) -> Void
    ) async throws -> PipelineResult {
        guard let served = self.served[name] else {
            throw LLMError(
                .unknownModel, "There is no pipeline '\(name)'. \(NearestName.hint(for: name, in: self.names))")
        }
        var runner = self.models.runner(self.router)
        runner.baseFolder = served.folder
        runner.surroundings = self.telemetry.map { RunTelemetry($0) }
        return try await runner.run(served.pipeline, inputs: inputs, onEvent: onEvent)
    }
}
