// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AdapterMiddleware
internal import LLMCore
internal import Logging
internal import ModelBackends
internal import ModelFacade
internal import ModelGateway
internal import Observability
internal import PipelineTelemetry
internal import ServingCore

extension ServeCommand {
    /// The models of the repository, and those of the gateway as text that goes in and out.
    func repository(
        _ settings: ServerSettings, _ gateway: Gateway, _ telemetry: Telemetry?
    ) async throws -> ModelRepository {
        var logger = RunningServices.logger
        logger.logLevel = .info
        let languageModels = LanguageModelBackend { try gateway.model(named: $0).wrapped(in: [AdmissionLimit()]) }
        var backends: [any ModelBackend] = [languageModels, ONNXBackend(), PluginBackend()]
        if !settings.repository.folders.isEmpty { backends.append(try self.pipelines(gateway, telemetry)) }
        let repository = ModelRepository(settings.repository, backends: backends, logger: logger)
        for name in gateway.names {
            // A name that no path can have is served by OpenAI's protocol alone.
            guard let configuration = try? LanguageModelBackend.configuration(named: name) else { continue }
            let source = ModelSource(configuration: configuration, version: 1, folder: "")
            repository.add(try await languageModels.load(source), configuration: configuration)
        }
        gateway.offer(RepositoryModels(repository: repository, usage: gateway.usage))
        return repository
    }

    /// What makes pipelines into models: they ask the gateway's models, the first of which answers where none is named.
    private func pipelines(_ gateway: Gateway, _ telemetry: Telemetry?) throws -> PipelineBackend {
        let names = gateway.names
        let registry = try StepRegistry.program(plugins: self.plugins.folders).offering(models: names)
        return PipelineBackend(read: { try PipelineFile.read($0, registry: registry) }) {
            let absent = AbsentModel {
                LLMError(.unsupported, "The server has no language model; name one with --model or --config.")
            }
            var runner = PipelineRunner(model: try names.first.map { try gateway.model(named: $0) } ?? absent)
            runner.models = { try gateway.model(named: $0) }
            runner.surroundings = telemetry.map { RunTelemetry($0) }
            return runner
        }
    }
}

/// The repository's models from a text to a text, for chats.
private struct RepositoryModels: Gateway.Directory {
    let repository: ModelRepository
    let usage: UsageLedger

    var names: [String] { RepositoryTextModel.names(in: self.repository) }
    var isComplete: Bool { !self.repository.isStarting }

    func model(named name: String) -> (any ModelAdapter)? {
        RepositoryTextModel(name, in: self.repository)?.wrapped(in: [Accounting(self.usage, model: name)])
    }
}
