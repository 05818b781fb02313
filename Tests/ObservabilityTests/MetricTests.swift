// SPDX-License-Identifier: Apache-2.0

import Observability
import Testing

@Suite("Metrics")
struct MetricTests {
    private let registry = MetricRegistry(now: { 1_700_000_000_123_000_000 })
    private let probe = TelemetryProbe()

    @Test("Counters, gauges and histograms are written as Prometheus reads them")
    func prometheus() {
        let counter = self.registry.counter(MetricDescription("jobs.done", help: "Jobs \"done\".", labels: ["kind"]))
        counter.add(2, ["a"])
        counter.add(-1, ["a"])
        counter.add(1, ["quote\" slash\\ line\n"])
        self.registry.gauge(MetricDescription("queue.length", help: "Waiting.", unit: "{request}")).add(3)
        let histogram = self.registry.histogram(
            MetricDescription("took", help: "Time.", unit: "s", labels: ["op", "error"]), bounds: [0.1, 1])
        for value in [0.1, 0.5, 7, .nan] { histogram.record(value, ["get", ""]) }
        self.registry.observe(MetricDescription("seen", help: "Elsewhere.", unit: "By"), isCounter: true) { [([], 9)] }
        #expect(
            self.registry.lines() == [
                "# HELP jobs_done_total Jobs \"done\".", "# TYPE jobs_done_total counter",
                "jobs_done_total{kind=\"a\"} 2.0", #"jobs_done_total{kind="quote\" slash\\ line\n"} 1.0"#,
                "# HELP queue_length Waiting.", "# TYPE queue_length gauge", "queue_length 3.0",
                "# HELP seen_bytes_total Elsewhere.", "# TYPE seen_bytes_total counter", "seen_bytes_total 9.0",
                "# HELP took_seconds Time.", "# TYPE took_seconds histogram",
                "took_seconds_bucket{op=\"get\",le=\"0.1\"} 1", "took_seconds_bucket{op=\"get\",le=\"1.0\"} 2",
                "took_seconds_bucket{op=\"get\",le=\"+Inf\"} 3", "took_seconds_sum{op=\"get\"} 7.6",
                "took_seconds_count{op=\"get\"} 3",
            ])
    }

    @Test("OpenMetrics has exemplars of traces that are kept, units, and an end")
    func openMetrics() throws {
        let histogram = self.registry.histogram(MetricDescription("took", help: "Time.", unit: "s"), bounds: [1])
        let kept = self.probe.tracer().begin("kept", parent: nil)
        let other = self.probe.tracer(.alwaysOff).begin("other", parent: nil)
        histogram.record(0.5, trace: kept.trace)
        histogram.record(0.7, trace: other.trace)
        histogram.record(5, trace: nil)
        self.registry.counter(MetricDescription("jobs", help: "Jobs.")).add()
        #expect(
            self.registry.lines(.openMetrics) == [
                "# HELP jobs Jobs.", "# TYPE jobs counter", "jobs_total 1.0", "# HELP took_seconds Time.",
                "# TYPE took_seconds histogram", "# UNIT took_seconds seconds",
                "took_seconds_bucket{le=\"1.0\"} 2 # {trace_id=\"\(kept.trace.traceID)\",span_id=\"\(kept.trace.spanID)\"} 0.5 1700000000.123",
                "took_seconds_bucket{le=\"+Inf\"} 3", "took_seconds_sum 6.2", "took_seconds_count 3", "# EOF",
            ])
    }

    @Test("Labels that come from outside are bounded, and no count is lost")
    func bounds() {
        let counter = self.registry.counter(
            MetricDescription("jobs", help: "Jobs.", labels: ["caller"], limit: 10))
        for index in 0..<1000 { counter.add(1, ["caller \(index)"]) }
        let lines = self.registry.lines()
        #expect(lines.count == 2 + 11)
        #expect(lines.last == "jobs_total{caller=\"(others)\"} 990.0")
    }

    @Test("Parts that ask for a metric of one name share it")
    func shared() {
        for _ in 0..<3 { self.registry.counter(MetricDescription("jobs", help: "Jobs.")).add() }
        #expect(self.registry.lines().last == "jobs_total 3.0")
    }

    @Test(
        "Bounds belong to the size below them",
        arguments: [(0, 0), (1, 0), (1.1, 1), (2, 1), (3, 2), (1e9, 2)] as [(Double, Int)])
    func buckets(value: Double, bucket: Int) throws {
        self.registry.histogram(MetricDescription("took", help: "Time."), bounds: [1, 2]).record(value)
        let metric = try #require(self.registry.snapshot.first)
        guard case .histogram(_, let points) = metric.values else {
            Issue.record("No histogram: \(metric.values)")
            return
        }
        #expect(points.first?.value.counts.firstIndex(of: 1) == bucket)
    }

    @Test("Clients get the format that they ask for")
    func formats() {
        #expect(MetricText.Format(accept: nil) == .prometheus)
        #expect(MetricText.Format(accept: "*/*") == .prometheus)
        #expect(MetricText.Format(accept: "application/openmetrics-text;version=1.0.0,text/plain") == .openMetrics)
    }
}
