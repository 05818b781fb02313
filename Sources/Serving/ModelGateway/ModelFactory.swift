// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import KServeModels
internal import LLMCore
internal import LocalModels
internal import Observability
internal import PluginHost
internal import PluginKinds
internal import RemoteModels
internal import RemoteTransport
internal import RunStorage

/// Makes models out of their settings, each once.
struct ModelFactory {
    private let settings: [String: ModelSettings]
    private let environment: [String: String]
    private let plugins: PluginHost
    private let usage: UsageLedger
    private let time: Timekeeper
    private let telemetry: Telemetry?
    /// What is measured when somebody looks.
    private(set) var measured = GatewayMetrics()
    private var made: [String: any ModelAdapter] = [:]
    /// Local models by name or path, which several names may share.
    private var local: [String: any ModelAdapter] = [:]
    /// What asks replicas for their health.
    private(set) var healthChecks: [HealthChecks] = []
    /// Files of caches by their path, which several models may share.
    private var cacheFiles: [String: StorageFile] = [:]

    init(_ configuration: GatewayConfiguration, usage: UsageLedger, time: Timekeeper, telemetry: Telemetry? = nil) {
        self.telemetry = telemetry
        self.settings = Dictionary(configuration.models.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.environment = configuration.environment
        self.plugins = configuration.plugins
        self.usage = usage
        self.time = time
    }

    /// Makes what is new or has changed; what is the same stays as another factory made it.
    init(_ configuration: GatewayConfiguration, replacing old: ModelFactory) {
        self.init(configuration, usage: old.usage, time: old.time, telemetry: old.telemetry)
        let kept = old.namesUnchanged(in: configuration)
        self.made = old.made.filter { kept.contains($0.key) }
        // Weights that are named again are not loaded again, whatever wraps around them.
        let paths = Set(configuration.models.compactMap(\.localPath))
        self.local = old.local.filter { paths.contains($0.key) }
        self.cacheFiles = old.cacheFiles
        self.measured = old.measured.keeping(models: kept, engines: paths)
        self.healthChecks = old.healthChecks.filter { kept.contains($0.model.name) }
    }

    /// The models that a configuration has as this factory made them, down to what they are made of.
    func namesUnchanged(in configuration: GatewayConfiguration) -> Set<String> {
        var kept = Set(
            configuration.models.filter { self.settings[$0.name]?.fingerprint == $0.fingerprint }.map(\.name))
        while true {
            let changed = configuration.models.filter { model in
                kept.contains(model.name) && model.references.contains { !kept.contains($0.name) }
            }
            guard !changed.isEmpty else { return kept }
            kept.subtract(changed.map(\.name))
        }
    }

    /// The model of a name, with what wraps around it.
    mutating func model(named name: String) throws -> any ModelAdapter {
        if let model = self.made[name] { return model }
        guard let settings = self.settings[name] else {
            throw GatewayError(.invalidConfiguration, "There is no model '\(name)'.")
        }
        let model = try self.source(settings).wrapped(in: self.layers(settings))
        self.made[name] = model
        return model
    }

    private mutating func source(_ settings: ModelSettings) throws -> any ModelAdapter {
        switch settings.source {
        case .backend(let backend):
            return try self.backend(backend, connectTimeout: settings.middleware.connectTimeout)
        case .replicas(let references, let policy, let health, let pause):
            let replicas = try references.map {
                BalancedModel.Replica(try self.model(named: $0.name), weight: $0.weight)
            }
            let model = try BalancedModel(
                name: settings.name, replicas: replicas, policy: policy, health: health, time: self.time)
            if let pause { self.healthChecks.append(HealthChecks(model: model, pause: pause, time: self.time)) }
            return model
        case .fallbacks(let references):
            return try FallbackModel(
                name: settings.name, models: references.map { try self.model(named: $0.name) })
        case .cascade(let references, let confidences):
            let cascade = try CascadeModel(
                name: settings.name, models: references.map { try self.model(named: $0.name) }, confidences: confidences
            )
            self.measured.cascades.append((settings.name, references.map(\.name), cascade.statistics))
            return cascade
        }
    }

    /// The model itself, where it is behind a server.
    mutating func server(_ settings: ModelSettings) throws -> (any ModelAdapter)? {
        guard case .backend(let backend) = settings.source, !backend.kind.isHere else { return nil }
        return try self.backend(backend, connectTimeout: settings.middleware.connectTimeout)
    }

    private mutating func backend(_ settings: BackendSettings, connectTimeout: Duration?) throws -> any ModelAdapter {
        switch settings.kind {
        case .local: return try self.localModel(settings.model)
        case .plugin: return try PluginModel(settings.model, host: self.plugins)
        case .remote(let server):
            return try server.open(
                settings.model, baseURL: settings.url, key: settings.key, environment: self.environment,
                transport: Self.transport(settings, connectTimeout))
        case .triton:
            return try KServeTextModel.open(
                settings.model, url: settings.url, key: settings.key, signature: settings.signature,
                environment: self.environment, transport: Self.transport(settings, connectTimeout))
        }
    }

    /// A model that writes, or an encoder, which embeds.
    private mutating func localModel(_ name: String) throws -> any ModelAdapter {
        if let model = self.local[name] { return model }
        if ModelLocator().isEncoder(name) {
            let encoder = try LocalEmbedder(name)
            self.local[name] = encoder
            return encoder
        }
        let model = try LocalModel(name)
        self.local[name] = model
        self.measured.engines.append((name, model))
        return model
    }

    /// Connections are shared, except where a model has settings of its own.
    private static func transport(_ backend: BackendSettings, _ connectTimeout: Duration?) -> HTTPTransport {
        var settings = TransportSettings()
        settings.connectTimeout = connectTimeout ?? settings.connectTimeout
        settings.authorities = backend.authorities
        settings.proxies = backend.proxies ?? settings.proxies
        return settings == HTTPTransport.shared.settings ? .shared : HTTPTransport(settings)
    }

    /// What wraps around a model, the outermost first.
    ///
    /// Screens see everything that goes in and out, stored answers included; the total time includes waiting in line; each
    /// attempt counts against the rate, and is accounted for; a first token that does not come is a failure to the breaker.
    private mutating func layers(_ settings: ModelSettings) throws -> [any ModelMiddleware] {
        let (name, chosen, scope) = (settings.name, settings.middleware, Self.scope(settings))
        var layers: [any ModelMiddleware] = []
        if chosen.screensInjection { layers.append(InjectionScreen()) }
        if chosen.secrets != (nil, nil) {
            layers.append(SecretScreen(input: chosen.secrets.input, output: chosen.secrets.output))
        }
        if let settings = chosen.cache {
            let cache = try self.cache(settings, scope: scope)
            self.measured.caches.append((name, cache))
            layers.append(cache)
        }
        if let total = chosen.totalTimeout { layers.append(Timeouts(total: total, time: self.time)) }
        if let limit = chosen.concurrency {
            let queue = ConcurrencyLimit(
                limit.limit, queue: limit.queue, longestWait: limit.longestWait, time: self.time)
            self.measured.queues.append((name, queue))
            layers.append(queue)
        }
        if let retries = chosen.retries { layers.append(Retries(retries, time: self.time)) }
        if let delay = chosen.hedgeDelay { layers.append(HedgedRequests(after: delay, time: self.time)) }
        if let rate = chosen.rate {
            layers.append(
                RateLimit(
                    requestsPerMinute: rate.requestsPerMinute, tokensPerMinute: rate.tokensPerMinute,
                    longestWait: rate.longestWait, time: self.time))
        }
        if let breaker = chosen.breaker { layers.append(CircuitBreaking(breaker, time: self.time)) }
        if let first = chosen.firstTokenTimeout { layers.append(Timeouts(firstToken: first, time: self.time)) }
        if let media = chosen.media { layers.append(MediaInlining(MediaFetcher(media))) }
        // What models are made of accounts for itself.
        if case .backend(let backend) = settings.source {
            layers.append(Accounting(self.usage, model: name, prices: chosen.prices))
            if let telemetry {
                layers.append(GenerationTelemetry(telemetry, model: backend.identity(self.environment)))
            }
        }
        return layers
    }

    /// What tells a model's answers apart from others in one file: its name, and the server that gives them.
    private static func scope(_ settings: ModelSettings) -> String {
        guard case .backend(let backend) = settings.source else { return settings.name }
        return "\(settings.name)\n\(backend.kind.name)\n\(backend.url ?? "")"
    }

    private mutating func cache(
        _ settings: MiddlewareSettings.CacheSettings, scope: String
    ) throws -> ResponseCache {
        ResponseCache(
            try self.store(settings), scope: scope, lifetime: settings.lifetime,
            includesRandom: settings.includesRandom)
    }

    private mutating func store(_ settings: MiddlewareSettings.CacheSettings) throws -> any ResponseCacheStore {
        let bytes = settings.megabytes << 20
        guard let path = settings.path else { return MemoryResponseStore(bytes: bytes, time: self.time) }
        let file = try self.cacheFiles[path] ?? StorageFile(path: path)
        self.cacheFiles[path] = file
        return SQLiteResponseStore(file, maximumBytes: bytes)
    }
}
