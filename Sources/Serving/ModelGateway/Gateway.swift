// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
public import AdapterMiddleware
public import LLMCore
internal import LocalModels
public import Logging
public import Observability
public import ServiceLifecycle
internal import Synchronization

/// The models that a program offers by name, each with what wraps around it.
public final class Gateway: Sendable {
    /// Models that come and go besides.
    public protocol Directory: Sendable {
        /// The names of those that are there now.
        var names: [String] { get }
        /// Whether those of the start are there, so that what is not there is unknown, and not to be waited for.
        var isComplete: Bool { get }
        /// The model of a name; nil where it is not there now.
        func model(named name: String) -> (any ModelAdapter)?
    }

    /// The names of the models: those of the configuration in its order, then those that are there besides now.
    public var names: [String] {
        let others = self.directory.withLock { $0 }?.names ?? []
        let table = self.table.current
        return table.names + others.filter { table.models[$0] == nil }
    }
    /// What requests took so far, by model, caller and tag.
    public let usage: UsageLedger
    /// What has to run while the models are offered: accounts that are stored, and replicas that are asked for their health.
    ///
    /// Whoever serves ends these after the server, so that its last requests are accounted for.
    public let services: [any Service]
    /// What the models' tokens cost, as far as the configuration says.
    package var prices: [String: TokenPrices] { self.table.current.prices }
    /// Shared by all gateways that were made from this one.
    private let table: ModelTable
    private let directory = Mutex<(any Directory)?>(nil)
    private let sources: [any ModelChooser]

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
        self.table = ModelTable(models)
        (self.usage, self.services, self.sources) = (usage, services, [])
    }

    private init(_ base: Gateway, sources: [any ModelChooser]) {
        (self.table, self.usage, self.services) = (base.table, base.usage, base.services)
        self.sources = sources
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
        let table = try ModelTable(configuration, usage: usage, time: time, telemetry: telemetry)
        var services: [any Service] = table.healthChecks
        if let store { services.append(UsageKeeping(ledger: usage, store: store, logger: logger, time: time)) }
        self.init(table, usage: usage, services: services)
    }

    private init(_ table: ModelTable, usage: UsageLedger, services: [any Service]) {
        (self.table, self.usage, self.services, self.sources) = (table, usage, services, [])
    }

    /// The models of another configuration, made and not offered yet.
    package struct Replacement: Sendable {
        let contents: ModelTable.Contents
        /// The names of those that are new, or other ones.
        package let changed: [String]
    }

    /// Makes the models of another configuration.
    ///
    /// A model that is the same in both stays as it is, with its connections, its cache and what is used up of its rate.
    /// - Throws: as ``init(configuration:clock:telemetry:logger:)``.
    package func prepare(_ configuration: GatewayConfiguration) throws -> Replacement {
        try self.table.prepare(configuration)
    }

    /// Offers the models that were prepared; requests that are being answered go on with those that they have.
    ///
    /// - Returns: The names of the models that are gone.
    package func take(_ replacement: Replacement) -> [String] { self.table.take(replacement) }

    /// What has to run besides ``services`` where models are replaced.
    package var laterServices: any Service { self.table.laterServices }

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
        GatewayMetrics.show(in: telemetry.metrics, usage: usage) { [measured] in measured }
        self.init(models: [(model.name, model.wrapped(in: layers))], usage: usage)
    }

    // MARK: Models that come and go

    /// Offers models that come and go, too; of two with one name, that of the configuration counts.
    public func offer(_ directory: any Directory) { self.directory.withLock { $0 = directory } }

    /// The same models, and those of a source that are none of them.
    package func adding(_ source: some ModelChooser) -> Gateway {
        Gateway(self, sources: self.sources + [source])
    }

    /// Whether there may be models that ``model(named:)`` does not find.
    package var hasSources: Bool { !self.sources.isEmpty }

    /// The names of all models that there are now and that whoever asks (`Admission.current`) may ask.
    package var visibleNames: [String] {
        let all = self.names + self.sources.flatMap(\.names)
        guard let admission = Admission.current else { return all }
        return all.filter { admission.allows(model: $0) }
    }

    // MARK: Models by name

    /// The model of a name, wherever it comes from; for whoever asks (`Admission.current`), within his rate and his time.
    ///
    /// - Throws: as ``model(named:)``, and what the source throws.
    package func model(
        named name: String, for requester: @autoclosure () -> Requester
    ) async throws -> any ModelAdapter {
        if let model = self.known(name) { return try self.admitted(model, name) }
        for source in self.sources {
            if let model = try await source.model(named: name, for: requester()) {
                return try self.admitted(model, name)
            }
        }
        throw self.unknown(name)
    }

    /// The model of a name; for whoever asks (`Admission.current`), within his rate and his time.
    ///
    /// - Throws: ``LLMError`` with code `.unknownModel` that names the nearest known one; `AccessError` where the model is
    ///   there and he may not ask it.
    public func model(named name: String) throws -> any ModelAdapter {
        guard let model = self.known(name) else { throw self.unknown(name) }
        return try self.admitted(model, name)
    }

    private func known(_ name: String) -> (any ModelAdapter)? {
        self.table.model(named: name) ?? self.directory.withLock({ $0 })?.model(named: name)
    }

    private func admitted(_ model: any ModelAdapter, _ name: String) throws -> any ModelAdapter {
        try Admission.current?.check(model: name)
        guard Admission.current != nil || RequestDeadline.current != nil else { return model }
        return model.wrapped(in: [AdmissionLimit()])
    }

    private func unknown(_ name: String) -> LLMError {
        guard self.directory.withLock({ $0 })?.isComplete ?? true else {
            return LLMError(
                .unavailable, "The model '\(name)' is not there yet: the server still loads its models.",
                retryAfter: .seconds(1))
        }
        return LLMError(
            .unknownModel, "There is no model '\(name)'. \(NearestName.hint(for: name, in: self.visibleNames))")
    }
}
