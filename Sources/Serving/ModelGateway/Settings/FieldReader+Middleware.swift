// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import LLMCore
internal import RemoteTransport
internal import SourceDocuments

extension FieldReader {
    /// The keys of what wraps around a model.
    static let middlewareKeys = [
        "timeouts", "retries", "circuit_breaker", "hedge", "concurrency", "rate", "cache", "prices", "guardrails",
        "media",
    ]

    /// Reads what wraps around a model.
    mutating func middleware(_ fields: Fields) -> MiddlewareSettings {
        var settings = MiddlewareSettings()
        if let node = fields["timeouts"] { self.timeouts(node, into: &settings) }
        if let node = fields["retries"] { settings.retries = self.retries(node) }
        if let node = fields["circuit_breaker"] { settings.breaker = self.breaker(node, "The circuit breaker") }
        if let node = fields["hedge"] { settings.hedgeDelay = self.hedge(node) }
        if let node = fields["concurrency"] { self.concurrency(node, into: &settings) }
        if let node = fields["rate"] { settings.rate = self.rate(node) }
        if let node = fields["cache"] { settings.cache = self.cache(node) }
        if let node = fields["prices"] { settings.prices = self.prices(node) }
        if let node = fields["guardrails"] { self.guardrails(node, into: &settings) }
        if let node = fields["media"] { settings.media = self.media(node) }
        return settings
    }

    /// Reads when a backend that fails rests, and how long.
    mutating func breaker(_ node: SourceNode, _ owner: String) -> CircuitBreaker.Settings {
        let fields = self.fields(of: node, owner, known: ["failures", "rest", "longest_rest"])
        var settings = CircuitBreaker.Settings()
        settings.failures = self.integer(fields["failures"], in: 1...1_000) ?? settings.failures
        settings.rest = self.duration(fields["rest"]) ?? settings.rest
        settings.longestRest = self.duration(fields["longest_rest"]) ?? max(settings.longestRest, settings.rest)
        return settings
    }

    private mutating func timeouts(_ node: SourceNode, into settings: inout MiddlewareSettings) {
        let fields = self.fields(of: node, "'timeouts'", known: ["connect", "first_token", "total"])
        settings.connectTimeout = self.duration(fields["connect"])
        settings.firstTokenTimeout = self.duration(fields["first_token"])
        settings.totalTimeout = self.duration(fields["total"])
    }

    private mutating func retries(_ node: SourceNode) -> RetryPolicy {
        let fields = self.fields(of: node, "'retries'", known: ["attempts", "base", "cap", "patience"])
        var policy = RetryPolicy()
        policy.attempts = self.integer(fields["attempts"], in: 1...20) ?? policy.attempts
        policy.base = self.duration(fields["base"]) ?? policy.base
        policy.cap = self.duration(fields["cap"]) ?? max(policy.cap, policy.base)
        policy.patience = self.duration(fields["patience"]) ?? policy.patience
        return policy
    }

    private mutating func hedge(_ node: SourceNode) -> Duration? {
        let fields = self.fields(of: node, "'hedge'", known: ["after"])
        if node.members != nil, fields["after"] == nil {
            self.note(node.place, "'hedge' lacks 'after'.", "Say how long the first attempt has: 'after: 800ms'.")
        }
        return self.duration(fields["after"])
    }

    private mutating func concurrency(_ node: SourceNode, into settings: inout MiddlewareSettings) {
        let fields = self.fields(of: node, "'concurrency'", known: ["limit", "queue", "longest_wait"])
        guard let limit = self.integer(fields["limit"], in: 1...1_000_000) else {
            if node.members != nil, fields["limit"] == nil { self.note(node.place, "'concurrency' lacks 'limit'.") }
            return
        }
        let queue = self.integer(fields["queue"], in: 0...1_000_000) ?? 0
        settings.concurrency = (limit, queue, self.duration(fields["longest_wait"]))
    }

    private mutating func rate(_ node: SourceNode) -> MiddlewareSettings.RateSettings {
        let keys = ["requests_per_minute", "tokens_per_minute", "longest_wait"]
        let fields = self.fields(of: node, "'rate'", known: keys)
        var rate = MiddlewareSettings.RateSettings()
        rate.requestsPerMinute = self.number(fields["requests_per_minute"], in: 0.001...1e9)
        rate.tokensPerMinute = self.number(fields["tokens_per_minute"], in: 0.001...1e12)
        rate.longestWait = self.duration(fields["longest_wait"]) ?? rate.longestWait
        return rate
    }

    private mutating func cache(_ node: SourceNode) -> MiddlewareSettings.CacheSettings {
        let fields = self.fields(of: node, "'cache'", known: ["lifetime", "megabytes", "path", "include_random"])
        var cache = MiddlewareSettings.CacheSettings()
        cache.lifetime = self.duration(fields["lifetime"]) ?? cache.lifetime
        cache.megabytes = self.integer(fields["megabytes"], in: 1...1_000_000) ?? cache.megabytes
        cache.path = self.text(fields["path"])
        cache.includesRandom = self.bool(fields["include_random"]) ?? cache.includesRandom
        return cache
    }

    private mutating func prices(_ node: SourceNode) -> TokenPrices {
        let fields = self.fields(of: node, "'prices'", known: ["prompt", "cached_prompt", "completion"])
        let range = 0.0...1e9
        return TokenPrices(
            prompt: self.number(fields["prompt"], in: range) ?? 0,
            cachedPrompt: self.number(fields["cached_prompt"], in: range),
            completion: self.number(fields["completion"], in: range) ?? 0)
    }

    private mutating func guardrails(_ node: SourceNode, into settings: inout MiddlewareSettings) {
        let fields = self.fields(of: node, "'guardrails'", known: ["injection", "secrets"])
        if let node = fields["injection"], let action = self.choice(node, of: ScreenAction.self) {
            settings.screensInjection = action == .block
            if action != .block {
                self.note(node.place, "An attempt at injection cannot be redacted.", "Write 'injection: block'.")
            }
        }
        if let node = fields["secrets"] {
            let fields = self.fields(of: node, "'secrets'", known: ["input", "output"])
            settings.secrets.input = self.choice(fields["input"], of: ScreenAction.self)
            settings.secrets.output = self.choice(fields["output"], of: ScreenAction.self)
        }
    }

    private mutating func media(_ node: SourceNode) -> MediaPolicy {
        let fields = self.fields(of: node, "'media'", known: ["hosts", "megabytes", "time", "plain_http"])
        var policy = MediaPolicy()
        policy.hosts = fields["hosts"]?.elements.map { Set($0.compactMap { self.text($0)?.lowercased() }) }
        policy.maximumBytes = self.integer(fields["megabytes"], in: 1...1_024).map { $0 << 20 } ?? policy.maximumBytes
        policy.timeLimit = self.duration(fields["time"]) ?? policy.timeLimit
        policy.allowsPlainHTTP = self.bool(fields["plain_http"]) ?? policy.allowsPlainHTTP
        return policy
    }
}
