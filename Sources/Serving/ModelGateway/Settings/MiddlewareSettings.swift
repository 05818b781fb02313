// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware

/// What wraps around one model; nil leaves a part out.
struct MiddlewareSettings {
    var secrets: (input: ScreenAction?, output: ScreenAction?) = (nil, nil)
    var screensInjection = false
    var cache: CacheSettings?
    var connectTimeout: Duration?
    var firstTokenTimeout: Duration?
    var totalTimeout: Duration?
    var concurrency: (limit: Int, queue: Int, longestWait: Duration?)?
    var retries: RetryPolicy?
    var hedgeDelay: Duration?
    var rate: RateSettings?
    var breaker: CircuitBreaker.Settings?
    var prices = TokenPrices()

    /// How often requests may start and how many tokens they may take.
    struct RateSettings {
        var requestsPerMinute: Double?
        var tokensPerMinute: Double?
        var longestWait = Duration.seconds(10)
    }

    /// Where answers are kept, and how long.
    struct CacheSettings {
        var lifetime = Duration.seconds(3_600)
        var megabytes = 64
        var includesRandom = false
        /// The database's file; nil keeps answers in memory.
        var path: String?
    }
}
