// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
public import LLMCore
internal import LocalModels
public import Logging
public import Observability
public import ServiceLifecycle

/// The models that a program offers by name, each with what wraps around it.
public final class Gateway: Sendable {
    /// The models' names, in the order of the configuration.
    public let names: [String]
    /// What requests took so far, by model, caller and tag.
    public let usage: UsageLedger
    /// What has to run while the models are offered: accounts that are stored, and replicas that are asked for their health.
    ///
    /// Whoever serves ends these after the server, so that its last requests are accounted for.
    public let services: [any Service]
    /// What the models' tokens cost, as far as the configuration says.
    package let prices: [String: TokenPrices]
    private let models: [String: any ModelAdapter]
    private let sources: [any ModelSource]

    /// Offers models that are there already.
    ///
    /// - Parameters:
    ///   - models: The models by name; of two with one name, the last counts.
    ///   - usage: Where their accounting middleware, if they have it, writes.
    ///   - services: What has to run while they are offered.
    public init(
        models: [(name: String, model: any ModelAdapter)], usage: UsageLedger = UsageLedger(),
        services: [any Service] = []
    ) {
        var seen: Set<String> = []
        self.names = models.map(\.name).filter { seen.insert($0).inserted }
        self.models = Dictionary(models.map { ($0.name, $0.model) }, uniquingKeysWith: { $1 })
        self.usage = usage
        self.services = services
        (self.prices, self.sources) = ([:], [])
    }

    private init(_ base: Gateway, prices: [String: TokenPrices], sources: [any ModelSource]) {
        (self.names, self.models) = (base.names, base.models)
        (self.usage, self.services) = (base.usage, base.services)
        (self.prices, self.sources) = (prices, sources)
    }

    /// Makes the models of a configuration; local ones are loaded now, and no server is asked anything yet.
    ///
    /// - Parameters:
    ///   - configuration: The models.
    ///   - clock: What times, pauses and lifetimes are measured by.
    ///   - telemetry: Watches the models; nil watches nothing.
    ///   - logger: Is told where usage cannot be stored.
    /// - Throws: An error of a model that cannot be loaded, or of a file that cannot be opened; all are ``CodedError``s.
    public convenience init(
        configuration: GatewayConfiguration, clock: some Clock<Duration> = ContinuousClock(),
        telemetry: Telemetry? = nil, logger: Logger = Logger(label: "autoglm.gateway")
    ) throws {
        let (store, time) = (try configuration.usageStore(), Timekeeper(clock))
        let usage = UsageLedger(isStored: store != nil)
        var factory = ModelFactory(configuration, usage: usage, time: time, telemetry: telemetry)
        var models: [(name: String, model: any ModelAdapter)] = []
        for name in configuration.names {
            let model = try factory.model(named: name)
            let layers = telemetry.map { [ServingTelemetry($0, model: name)] } ?? []
            models.append((name, model.wrapped(in: layers)))
        }
        if let telemetry {
            factory.measured.show(in: telemetry.metrics, usage: usage)
        }
        var services: [any Service] = factory.healthChecks
        if let store { services.append(UsageKeeping(ledger: usage, store: store, logger: logger, time: time)) }
        let base = Gateway(models: models, usage: usage, services: services)
        let prices = configuration.models.map { ($0.name, $0.middleware.prices) }
        self.init(base, prices: Dictionary(prices, uniquingKeysWith: { $1 }), sources: [])
    }

    /// Offers one model, watched.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - identity: Who runs it.
    ///   - telemetry: Watches it.
    public convenience init(watching model: any ModelAdapter, as identity: ModelIdentity, telemetry: Telemetry) {
        let usage = UsageLedger()
        let layers: [any ModelMiddleware] = [
            ServingTelemetry(telemetry, model: model.name), Accounting(usage, model: model.name),
            GenerationTelemetry(telemetry, model: identity),
        ]
        var measured = GatewayMetrics()
        if let local = model as? LocalModel { measured.engines.append((model.name, local)) }
        measured.show(in: telemetry.metrics, usage: usage)
        self.init(models: [(model.name, model.wrapped(in: layers))], usage: usage)
    }

    // MARK: Models that come and go

    /// The same models, and those of a source that are none of them.
    package func adding(_ source: some ModelSource) -> Gateway {
        Gateway(self, prices: self.prices, sources: self.sources + [source])
    }

    /// Whether there may be models besides those of the configuration.
    package var hasSources: Bool { !self.sources.isEmpty }

    /// The names of all models that there are now.
    package var allNames: [String] { self.names + self.sources.flatMap(\.names) }

    /// The model of a name, wherever it comes from, for whoever asks.
    ///
    /// - Throws: ``LLMError`` with code `.unknownModel` that names the nearest known one; what the source throws.
    package func model(
        named name: String, for requester: @autoclosure () -> Requester
    ) async throws -> any ModelAdapter {
        if let model = self.models[name] { return model }
        for source in self.sources {
            if let model = try await source.model(named: name, for: requester()) { return model }
        }
        throw self.unknown(name)
    }

    private func unknown(_ name: String) -> LLMError {
        LLMError(.unknownModel, "There is no model '\(name)'. \(NearestName.hint(for: name, in: self.allNames))")
    }

    /// The model of a name.
    ///
    /// - Throws: ``LLMError`` with code `.unknownModel` that names the nearest known one.
    public func model(named name: String) throws -> any ModelAdapter {
        guard let model = self.models[name] else { throw self.unknown(name) }
        return model
    }
}
