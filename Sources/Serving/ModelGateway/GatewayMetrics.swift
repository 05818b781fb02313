// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import InferenceEngine
internal import LocalModels
internal import Observability

/// What a gateway's parts count by themselves, shown when somebody looks.
struct GatewayMetrics: Sendable {
    private typealias Reading = (labels: [String], value: Double)

    var caches: [(model: String, cache: ResponseCache)] = []
    var queues: [(model: String, queue: ConcurrencyLimit)] = []
    var cascades: [(model: String, models: [String], statistics: CascadeStatistics)] = []
    var engines: [(model: String, engine: LocalModel)] = []

    /// What is left of some models and engines.
    func keeping(models: Set<String>, engines: Set<String>) -> Self {
        var kept = self
        kept.caches.removeAll { !models.contains($0.model) }
        kept.queues.removeAll { !models.contains($0.model) }
        kept.cascades.removeAll { !models.contains($0.model) }
        kept.engines.removeAll { !engines.contains($0.model) }
        return kept
    }

    /// Shows everything.
    ///
    /// - Parameter now: What there is when somebody looks.
    static func show(
        in registry: MetricRegistry, usage: UsageLedger, _ now: @escaping @Sendable () -> GatewayMetrics
    ) {
        self.show(usage, in: registry)
        registry.observe(
            MetricDescription(
                "autoglm.cache.requests", help: "Requests that a response cache could answer, by what came of it.",
                unit: "{request}", labels: [Self.model, "autoglm.cache.result"]), isCounter: true
        ) {
            now().caches.flatMap { model, cache -> [Reading] in
                let counts = cache.statistics
                return [
                    ([model, "hit"], Double(counts.hits)), ([model, "miss"], Double(counts.misses)),
                    ([model, "failure"], Double(counts.failures)),
                ]
            }
        }
        registry.observe(
            MetricDescription(
                "autoglm.queue.length", help: "Requests that wait for their turn.", unit: "{request}",
                labels: [Self.model])
        ) { now().queues.map { (labels: [$0.model], value: Double($0.queue.queueLength)) } }
        self.showCascades(in: registry, now)
        self.showEngines(in: registry, now)
    }

    private static func showCascades(in registry: MetricRegistry, _ now: @escaping @Sendable () -> GatewayMetrics) {
        registry.observe(
            MetricDescription(
                "autoglm.cascade.answers", help: "What came of asking each model of a cascade.", unit: "{request}",
                labels: [Self.model, "autoglm.cascade.model", "autoglm.cascade.result"]), isCounter: true
        ) {
            now().cascades.flatMap { model, names, statistics in
                zip(names, statistics.counts).flatMap { name, counts -> [Reading] in
                    [
                        ([model, name, "taken"], Double(counts.taken)),
                        ([model, name, "unsure"], Double(counts.unsure)),
                        ([model, name, "failed"], Double(counts.failed)),
                    ]
                }
            }
        }
        registry.observe(
            MetricDescription(
                "autoglm.cascade.drift",
                help: "1 where how sure a cascade's first model is has changed since the cascade began.",
                labels: [Self.model])
        ) { now().cascades.map { (labels: [$0.model], value: $0.statistics.isDrifting ? 1 : 0) } }
    }

    private static let model = "gen_ai.request.model"

    private static func show(_ usage: UsageLedger, in registry: MetricRegistry) {
        @Sendable func sums(_ value: (UsageTotal) -> Double) -> [Reading] {
            // Callers are many; models are few.
            var sums: [String: Double] = [:]
            for (account, total) in usage.accounts { sums[account.model, default: 0] += value(total) }
            return sums.sorted { $0.key < $1.key }.map { (labels: [$0.key], value: $0.value) }
        }
        registry.observe(
            MetricDescription(
                "autoglm.usage.cost", help: "What models' answers cost, in the currency of the prices.",
                labels: [Self.model]), isCounter: true
        ) { sums { $0.cost } }
        registry.observe(
            MetricDescription(
                "autoglm.usage.requests", help: "Requests that reached a backend.", unit: "{request}",
                labels: [Self.model]), isCounter: true
        ) { sums { Double($0.requests) } }
        registry.observe(
            MetricDescription(
                "autoglm.usage.input_tokens", help: "Tokens of prompts.", unit: "{token}", labels: [Self.model]),
            isCounter: true
        ) { sums { Double($0.promptTokens) } }
        registry.observe(
            MetricDescription(
                "autoglm.usage.output_tokens", help: "Tokens of answers.", unit: "{token}", labels: [Self.model]),
            isCounter: true
        ) { sums { Double($0.completionTokens) } }
    }

    /// Engines answer between two steps, so they are asked before.
    private static func showEngines(in registry: MetricRegistry, _ now: @escaping @Sendable () -> GatewayMetrics) {
        @Sendable func gauge(_ name: String, _ help: String, _ unit: String) -> Gauge {
            registry.gauge(MetricDescription(name, help: help, unit: unit, labels: [Self.model]))
        }
        registry.beforeCollecting {
            let engines = now().engines
            guard !engines.isEmpty else { return }
            let batch = gauge("autoglm.engine.batch_size", "Answers that an engine computes together.", "{request}")
            let queue = gauge(
                "autoglm.engine.queue_length", "Requests that wait for a place in an engine.", "{request}")
            let used = gauge("autoglm.engine.cache_pages_used", "Pages of keys and values in use.", "{page}")
            let total = gauge("autoglm.engine.cache_pages", "Pages of keys and values that there are.", "{page}")
            let cached = gauge(
                "autoglm.engine.cached_prompt_tokens", "Tokens of prompts that were known already, so far.", "{token}")
            for (model, local) in engines {
                let usage = await local.engine.usage
                batch.set(Double(usage.activeSequences), [model])
                queue.set(Double(usage.queuedRequests), [model])
                used.set(Double(usage.usedPages), [model])
                total.set(Double(usage.totalPages), [model])
                cached.set(Double(usage.cachedPromptTokens), [model])
            }
        }
    }
}
