// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import CatalogHTTP
internal import HTTPAPI
internal import LLMCore
internal import LocalModels
internal import Logging
internal import ModelCatalog
internal import ModelGateway
internal import ModelTraffic
internal import Observability
internal import ServiceLifecycle

/// What chooses among versions of models, composed: the catalogue, experiments, and their routes.
struct Traffic {
    /// The models, and what answers besides them.
    private(set) var gateway: Gateway
    /// What must run meanwhile.
    private(set) var services: [any Service] = []
    /// The routes that tell and change what answers.
    private(set) var routes: [any HTTPRoutes] = []
    /// The catalogue, and what of it is served; nil for none.
    private(set) var catalog: (catalog: ModelCatalog, models: CatalogModels)?

    /// Opens what the settings name; versions of the catalogue are loaded now.
    ///
    /// - Throws: An error of the catalogue, of a model's files or of a definition; all are ``CodedError``s.
    init(
        _ settings: TrafficSettings, over gateway: Gateway, _ options: ModelOptions, _ telemetry: Telemetry?,
        logger: Logger
    ) async throws {
        self.gateway = gateway
        if let catalog = settings.catalog { try await self.add(catalog, options, telemetry, logger) }
        if let experiments = settings.experiments { try await self.add(experiments, logger) }
    }

    private mutating func add(
        _ settings: TrafficSettings.Catalog, _ options: ModelOptions, _ telemetry: Telemetry?, _ logger: Logger
    ) async throws {
        let catalog = try CatalogOptions.open(settings.store, artefacts: settings.artefacts)
        let (usage, configuration) = (self.gateway.usage, try options.configuration())
        try FilePath.makeFolders(settings.models)
        let models = CatalogModels(settings.serve, of: catalog, folder: settings.models, logger: logger) { name, path in
            let model = try LocalModel(path, configuration: configuration)
            let accounting = Accounting(usage, model: name)
            guard let telemetry else { return model.wrapped(in: [accounting]) }
            let identity = ModelIdentity(provider: "open-autoglm", model: name, url: nil)
            return model.wrapped(in: [
                ServingTelemetry(telemetry, model: name), accounting, GenerationTelemetry(telemetry, model: identity),
            ])
        }
        try await models.load()
        self.gateway = self.gateway.adding(models)
        self.catalog = (catalog, models)
        self.services.append(models)
        self.routes.append(CatalogRoutes(catalog: catalog))
    }

    private mutating func add(_ settings: TrafficSettings.Experiments, _ logger: Logger) async throws {
        let store = try ExperimentStoreOptions.open(settings.store)
        let experiments = ServedExperiments(
            store: store, models: self.gateway, pause: settings.review, logger: logger,
            now: { Double(WallTime.now()) / 1e9 })
        try await experiments.load()
        for path in settings.definitions {
            _ = try await experiments.define(try InputFile.text(path: path), by: "configuration")
        }
        self.gateway = self.gateway.adding(experiments)
        self.services.append(experiments)
        self.routes.append(ExperimentRoutes(experiments: experiments))
    }
}
