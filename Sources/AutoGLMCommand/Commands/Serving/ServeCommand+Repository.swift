// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AdapterMiddleware
internal import LLMCore
internal import Logging
internal import ModelBackends
internal import ModelCatalog
internal import ModelFacade
internal import ModelGateway
internal import ModelTraffic
internal import Observability
internal import PipelineTelemetry
internal import PluginHost
internal import ServingCore

extension ServeCommand {
    /// The models of the repository, and those of the gateway as text that goes in and out.
    func repository(
        _ settings: ServerSettings, _ gateway: Gateway, _ telemetry: Telemetry?, _ plugins: PluginHost
    ) async throws -> ModelRepository {
        var logger = RunningServices.logger
        logger.logLevel = .info
        let languageModels = ServedLanguageModels.backend(gateway)
        var backends: [any ModelBackend] = [languageModels, ONNXBackend(), IntentBackend()]
        let policy = plugins.policy
        backends.append(PluginBackend { PluginOptions.host($0, policy) })
        if !settings.repository.folders.isEmpty { backends.append(try self.pipelines(gateway, telemetry, plugins)) }
        let repository = ModelRepository(
            settings.repository, backends: backends, tracer: telemetry?.tracer, logger: logger)
        try await ServedLanguageModels(backend: languageModels, repository: repository).add(gateway.names)
        gateway.offer(RepositoryModels(repository: repository, usage: gateway.usage))
        return repository
    }

    /// Lets requests of KServe v2 name versions by the catalogue's aliases, and ask the language models that are served of it.
    ///
    /// - Returns: What looks the aliases up while the server runs.
    /// - Throws: An error of the catalogue.
    func offer(
        _ traffic: (catalog: ModelCatalog, models: CatalogModels), in repository: ModelRepository, _ logger: Logger
    ) async throws -> CatalogAliases {
        let models = traffic.models
        for name in models.names {
            let configuration = try LanguageModelBackend.configuration(named: name)
            let backend = LanguageModelBackend { models.following($0).wrapped(in: [AdmissionLimit()]) }
            let source = ModelSource(configuration: configuration, version: 1, folder: "")
            repository.add(try await backend.load(source), configuration: configuration)
        }
        let served = models.modelNames
        let aliases = CatalogAliases(of: traffic.catalog, for: { repository.allNames + served }, logger: logger)
        try await aliases.look()
        repository.resolve { aliases.aliases(of: $0) }
        return aliases
    }

    /// What makes pipelines into models: they ask the gateway's models, the first of which answers where none is named.
    private func pipelines(
        _ gateway: Gateway, _ telemetry: Telemetry?, _ plugins: PluginHost
    ) throws -> PipelineBackend {
        let names = gateway.names
        let registry = try StepRegistry.program(plugins: plugins).offering(models: names)
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

/// The gateway's models in the repository, as text that goes in and out.
struct ServedLanguageModels {
    let backend: LanguageModelBackend
    let repository: ModelRepository

    /// What makes them.
    static func backend(_ gateway: Gateway) -> LanguageModelBackend {
        LanguageModelBackend { try gateway.model(named: $0).wrapped(in: [AdmissionLimit()]) }
    }

    /// Serves models, or what they have become.
    func add(_ names: [String]) async throws {
        for name in names {
            // A name that no path can have is served by OpenAI's protocol alone.
            guard let configuration = try? LanguageModelBackend.configuration(named: name) else { continue }
            let source = ModelSource(configuration: configuration, version: 1, folder: "")
            self.repository.add(try await self.backend.load(source), configuration: configuration)
        }
    }

    /// Serves models no longer; requests that they have taken are answered.
    func remove(_ names: [String]) async {
        for name in names { try? await self.repository.unload(name) }
    }
}
