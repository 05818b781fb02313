// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import Observability
internal import ServiceLifecycle
internal import Synchronization

/// The models that a gateway offers by name, which those of another configuration may replace.
final class ModelTable: Sendable {
    /// The models at one time.
    struct Contents: Sendable {
        var names: [String] = []
        var models: [String: any ModelAdapter] = [:]
        var prices: [String: TokenPrices] = [:]
        /// What made them; nil for models that were there already.
        fileprivate var factory: ModelFactory?
    }

    private let contents: Mutex<Contents>
    private let telemetry: Telemetry?
    /// Runs the health checks of models that come later.
    let laterServices = AddedServices()

    /// Offers models that are there already; of two with one name, the last counts.
    init(_ models: [(name: String, model: any ModelAdapter)]) {
        var (contents, seen) = (Contents(), Set<String>())
        contents.names = models.map(\.name).filter { seen.insert($0).inserted }
        contents.models = Dictionary(models.map { ($0.name, $0.model) }, uniquingKeysWith: { $1 })
        self.contents = Mutex(contents)
        self.telemetry = nil
    }

    /// Makes the models of a configuration.
    init(_ configuration: GatewayConfiguration, usage: UsageLedger, time: Timekeeper, telemetry: Telemetry?) throws {
        let factory = ModelFactory(configuration, usage: usage, time: time, telemetry: telemetry)
        self.contents = Mutex(try Self.contents(configuration, factory, telemetry))
        self.telemetry = telemetry
        guard let telemetry else { return }
        GatewayMetrics.show(in: telemetry.metrics, usage: usage) { [weak self] in
            self?.current.factory?.measured ?? GatewayMetrics()
        }
    }

    /// The models as they are now.
    var current: Contents { self.contents.withLock { $0 } }

    /// What asks replicas for their health.
    var healthChecks: [HealthChecks] { self.current.factory?.healthChecks ?? [] }

    /// The model of a name as it is now.
    func model(named name: String) -> (any ModelAdapter)? { self.contents.withLock { $0.models[name] } }

    /// Makes the models of another configuration, which are not offered yet.
    func prepare(_ configuration: GatewayConfiguration) throws -> Gateway.Replacement {
        guard let old = self.current.factory else { return Gateway.Replacement(contents: self.current, changed: []) }
        let kept = old.namesUnchanged(in: configuration)
        let contents = try Self.contents(configuration, ModelFactory(configuration, replacing: old), self.telemetry)
        return Gateway.Replacement(contents: contents, changed: contents.names.filter { !kept.contains($0) })
    }

    /// Offers the models that were prepared.
    func take(_ replacement: Gateway.Replacement) -> [String] {
        let after = replacement.contents
        let before = self.contents.withLock { contents in
            defer { contents = after }
            return contents
        }
        let (old, new) = (before.factory?.healthChecks ?? [], after.factory?.healthChecks ?? [])
        for check in old where !new.contains(where: { $0 === check }) { check.end() }
        for check in new where !old.contains(where: { $0 === check }) { self.laterServices.add(check) }
        return before.names.filter { after.models[$0] == nil }
    }

    private static func contents(
        _ configuration: GatewayConfiguration, _ factory: ModelFactory, _ telemetry: Telemetry?
    ) throws -> Contents {
        var (contents, factory) = (Contents(), factory)
        contents.names = configuration.names
        for name in configuration.names {
            let layers = telemetry.map { [ServingTelemetry($0, model: name)] } ?? []
            contents.models[name] = try factory.model(named: name).wrapped(in: layers)
        }
        let prices = configuration.models.map { ($0.name, $0.middleware.prices) }
        contents.prices = Dictionary(prices, uniquingKeysWith: { $1 })
        contents.factory = factory
        return contents
    }
}

/// Runs services that are added while it runs.
final class AddedServices: Service {
    private let services: AsyncStream<any Service>
    private let addition: AsyncStream<any Service>.Continuation

    init() { (self.services, self.addition) = AsyncStream.makeStream() }

    /// Has a service run from now on.
    func add(_ service: any Service) { self.addition.yield(service) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await service in self.services { group.addTask { try? await service.run() } }
                group.cancelAll()
            }
        }
    }
}
