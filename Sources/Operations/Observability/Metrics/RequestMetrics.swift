// SPDX-License-Identifier: Apache-2.0

/// What is measured of requests to an HTTP server, as OpenTelemetry's conventions have it.
package struct RequestMetrics: Sendable {
    private let duration: Histogram
    private let active: Gauge

    init(_ registry: MetricRegistry) {
        self.duration = registry.histogram(
            MetricDescription(
                "http.server.request.duration", help: "Duration of HTTP server requests.", unit: "s",
                labels: ["http.request.method", "http.route", "http.response.status_code", "error.type"]),
            bounds: BucketBounds.requests)
        self.active = registry.gauge(
            MetricDescription(
                "http.server.active_requests", help: "Number of active HTTP server requests.", unit: "{request}",
                labels: ["http.request.method"]))
    }

    /// Counts a request that begins.
    package func began(_ method: String) { self.active.add(1, [method]) }

    /// Takes back that a request began.
    package func abandoned(_ method: String) { self.active.add(-1, [method]) }

    /// Counts a request that has ended.
    ///
    /// - Parameters:
    ///   - route: The path as it was declared; nil where there is none, and all such requests count together.
    ///   - error: What `error.type` says; nil where nothing failed.
    package func ended(
        _ method: String, route: String?, status: Int, error: String?, took duration: Duration, trace: TraceContext?
    ) {
        self.active.add(-1, [method])
        self.duration.record(
            duration.inSeconds,
            [method, route ?? MetricDescription.none, "\(status)", error ?? MetricDescription.none],
            trace: trace)
    }
}
