// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What is measured of requests to an HTTP server, as OpenTelemetry's conventions have it.
package final class RequestMetrics: Sendable {
    /// What requests have in common that count together.
    private struct Kind: Sendable, Equatable {
        var method: String
        var route: String?
        var status: Int
        var error: String?
    }

    /// Looking through so many kinds costs less than hashing their labels; servers have few at a time.
    private static let mostKnown = 16
    private let duration: Histogram
    private let active: Gauge
    private let known = Mutex<[(kind: Kind, cell: MetricCell<Histogram.Distribution>)]>([])
    private let knownMethods = Mutex<[(method: String, cell: MetricCell<Double>)]>([])

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
    package func began(_ method: String) { self.activeRequests(method).update { $0 += 1 } }

    /// Takes back that a request began.
    package func abandoned(_ method: String) { self.activeRequests(method).update { $0 -= 1 } }

    /// Counts a request that has ended.
    ///
    /// - Parameters:
    ///   - route: The path as it was declared; nil where there is none, and all such requests count together.
    ///   - error: What `error.type` says; nil where nothing failed.
    package func ended(
        _ method: String, route: String?, status: Int, error: String?, took duration: Duration, trace: TraceContext?
    ) {
        self.activeRequests(method).update { $0 -= 1 }
        let cell = self.durations(Kind(method: method, route: route, status: status, error: error))
        self.duration.record(duration.inSeconds, in: cell, trace: trace)
    }

    private func activeRequests(_ method: String) -> MetricCell<Double> {
        self.knownMethods.withLock { known in
            if let cell = known.first(where: { $0.method == method })?.cell { return cell }
            let cell = self.active.cell([method])
            if known.count < Self.mostKnown { known.append((method, cell)) }
            return cell
        }
    }

    private func durations(_ kind: Kind) -> MetricCell<Histogram.Distribution> {
        self.known.withLock { known in
            if let cell = known.first(where: { $0.kind == kind })?.cell { return cell }
            let none = MetricDescription.none
            let cell = self.duration.cell([kind.method, kind.route ?? none, "\(kind.status)", kind.error ?? none])
            if known.count < Self.mostKnown { known.append((kind, cell)) }
            return cell
        }
    }
}
