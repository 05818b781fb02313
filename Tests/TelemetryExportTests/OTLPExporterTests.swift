// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import Logging
import Observability
import OpenAutoGLMTesting
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import TelemetryExport
import Testing

@Suite("Sending by OTLP")
struct OTLPExporterTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func exporter(
        _ otlp: OTLPSettings, metrics: MetricRegistry? = nil, clock: some Clock<Duration> = HeldClock(),
        _ change: (inout TelemetrySettings) -> Void = { _ in }
    ) throws -> OTLPExporter {
        var settings = TelemetrySettings()
        settings.service = "shop"
        settings.resource = ["deployment.environment.name": "test"]
        change(&settings)
        return try OTLPExporter(
            settings, to: otlp, metrics: metrics, time: Timekeeper(clock), now: { 1_700_000_000_000_000_000 },
            logger: Self.quiet)
    }

    /// Does something with an exporter that runs, until what was to be sent has been sent.
    private func running(_ exporter: OTLPExporter, _ body: @escaping @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: exporter, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: Self.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func record(_ tracer: SpanTracer) -> TracedSpan {
        let parent = TraceContext(
            traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], tracestate: ["vendor=1"])
        let span = tracer.begin(
            "chat gpt", kind: .client, parent: parent,
            attributes: ["text": "a", "int": -3, "double": 0.5, "bool": true, "list": .strings(["x", "y"])])
        span.fail(LLMError(.rateLimited, "Slow down."))
        return span
    }

    @Test("Spans arrive with everything that was told of them", arguments: OTLPSettings.Carrier.allCases)
    func spans(carrier: OTLPSettings.Carrier) async throws {
        try await ScriptedReceiver.run(carrier) { receiver, otlp in
            var otlp = otlp
            otlp.headers = ["api-key": "secret"]
            let exporter = try self.exporter(otlp)
            let tracer = SpanTracer(receivers: [exporter], now: { 1_700_000_000_000_000_000 })
            try await self.running(exporter) { self.record(tracer).finish(at: 1_700_000_000_250_000_000) }
            let span = try #require(try receiver.spans.first)
            #expect(span.name == "chat gpt" && span.kind == .client)
            #expect(span.traceID == Data([10, 247, 101, 25, 22, 205, 67, 221, 132, 72, 235, 33, 28, 128, 49, 156]))
            #expect(span.parentSpanID == Data([183, 173, 107, 113, 105, 32, 51, 49]) && span.spanID.count == 8)
            #expect(span.traceState == "vendor=1" && span.flags == 0x301)
            #expect(span.endTimeUnixNano - span.startTimeUnixNano == 250_000_000)
            #expect(span.status.code == .error && span.status.message == "Slow down.")
            let values = Dictionary(span.attributes.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            #expect(values["text"]?.stringValue == "a" && values["int"]?.intValue == -3)
            #expect(values["double"]?.doubleValue == 0.5 && values["bool"]?.boolValue == true)
            #expect(values["list"]?.arrayValue.values.map(\.stringValue) == ["x", "y"])
            #expect(values["error.type"]?.stringValue == "llm.rate-limited")
            let message = try #require(receiver.messages.first)
            #expect(message.headers["api-key"] == "secret")
            let request = try OTLP_ExportTraceServiceRequest(serializedBytes: message.bytes)
            let resource = try #require(request.resourceSpans.first?.resource.attributes)
            #expect(resource.first { $0.key == "service.name" }?.value.stringValue == "shop")
            #expect(exporter.counts(of: .traces) == counts(sent: 1))
        }
    }

    @Test("Log lines and metrics arrive, too", arguments: OTLPSettings.Carrier.allCases)
    func others(carrier: OTLPSettings.Carrier) async throws {
        try await ScriptedReceiver.run(carrier) { receiver, otlp in
            let metrics = MetricRegistry(now: { 1_600_000_000_000_000_000 })
            let exporter = try self.exporter(otlp, metrics: metrics)
            let trace = SpanTracer(receivers: []).begin("work", parent: nil).trace
            metrics.counter(MetricDescription("jobs", help: "Jobs.", labels: ["kind"])).add(3, ["a"])
            metrics.histogram(MetricDescription("took", help: "Time.", unit: "s"), bounds: [1, 2]).record(
                1.5, trace: trace)
            try await self.running(exporter) {
                exporter.receive(
                    LogRecord(
                        time: 5, severity: .warning, logger: "test", message: "Careful", trace: trace,
                        attributes: ["path": "/v1"]))
            }
            let logs = try #require(receiver.messages.first { $0.signal == .logs })
            let line = try #require(
                try OTLP_ExportLogsServiceRequest(serializedBytes: logs.bytes).resourceLogs.first?.scopeLogs.first?
                    .logRecords.first)
            #expect(line.body.stringValue == "Careful" && line.severityNumber == 13 && line.severityText == "warning")
            #expect(line.traceID == Data(trace.traceID.bytes) && line.spanID == Data(trace.spanID.bytes))
            let message = try #require(receiver.messages.first { $0.signal == .metrics })
            let sent = try #require(
                try OTLP_ExportMetricsServiceRequest(serializedBytes: message.bytes).resourceMetrics.first?
                    .scopeMetrics.first?.metrics)
            #expect(sent.map(\.name) == ["jobs", "took"])
            let sum = try #require(sent.first?.sum)
            #expect(sum.isMonotonic && sum.aggregationTemporality == .cumulative)
            #expect(sum.dataPoints.first?.asDouble == 3 && sum.dataPoints.first?.attributes.first?.key == "kind")
            #expect(sum.dataPoints.first?.startTimeUnixNano == 1_600_000_000_000_000_000)
            let point = try #require(sent.last?.histogram.dataPoints.first)
            #expect(point.bucketCounts == [0, 1, 0] && point.explicitBounds == [1, 2] && point.sum == 1.5)
            #expect(point.exemplars.first?.traceID == Data(trace.traceID.bytes))
        }
    }

    @Test(
        "A receiver that cannot for now is asked again, and as late as it asks for",
        arguments: [(.http, [429, 502, 503, 504]), (.grpc, [14, 8, 4])] as [(OTLPSettings.Carrier, [Int])])
    func retries(carrier: OTLPSettings.Carrier, statuses: [Int]) async throws {
        let script = statuses.map { ScriptedReceiver.Answer.refused(status: $0, retryAfter: 20) }
        try await ScriptedReceiver.run(carrier, script) { receiver, otlp in
            let clock = ManualClock()
            let exporter = try self.exporter(otlp, clock: clock)
            let tracer = SpanTracer(receivers: [exporter])
            tracer.begin("work", parent: nil).finish()
            try await exporter.sendAll()
            #expect(receiver.messages.count == statuses.count + 1)
            #expect(Set(receiver.messages.map(\.bytes)).count == 1)
            #expect(exporter.counts(of: .traces) == counts(sent: 1))
            if carrier == .http { #expect(clock.now.offset >= .seconds(20 * statuses.count)) }
        }
    }

    @Test(
        "A receiver that does not want it is not asked again, nor one that never can",
        arguments: [
            (.http, [400], 1), (.http, [401], 1), (.http, Array(repeating: 503, count: 9), 5), (.grpc, [3], 1),
            (.grpc, Array(repeating: 14, count: 9), 5),
        ] as [(OTLPSettings.Carrier, [Int], Int)])
    func gives(carrier: OTLPSettings.Carrier, statuses: [Int], attempts: Int) async throws {
        try await ScriptedReceiver.run(carrier, statuses.map { .refused(status: $0) }) { receiver, otlp in
            let exporter = try self.exporter(otlp, clock: ManualClock())
            SpanTracer(receivers: [exporter]).begin("work", parent: nil).finish()
            try await exporter.sendAll()
            #expect(receiver.messages.count == attempts)
            #expect(exporter.counts(of: .traces) == counts(failed: 1))
        }
    }

    @Test("What a receiver takes in part is counted", arguments: OTLPSettings.Carrier.allCases)
    func partly(carrier: OTLPSettings.Carrier) async throws {
        try await ScriptedReceiver.run(carrier, [.partly(rejected: 2)]) { _, otlp in
            let exporter = try self.exporter(otlp)
            let tracer = SpanTracer(receivers: [exporter])
            for _ in 0..<5 { tracer.begin("work", parent: nil).finish() }
            try await exporter.sendAll()
            #expect(exporter.counts(of: .traces) == counts(sent: 3, rejected: 2))
        }
    }

    @Test("Nobody there costs no more than the spans")
    func nobody() async throws {
        let exporter = try self.exporter(OTLPSettings(endpoint: "http://127.0.0.1:9"), clock: ManualClock())
        SpanTracer(receivers: [exporter]).begin("work", parent: nil).finish()
        try await exporter.sendAll()
        #expect(exporter.counts(of: .traces) == counts(failed: 1))
    }

    @Test("Messages have a bounded number of spans, and what there is no room for is dropped and counted")
    func bounds() async throws {
        try await ScriptedReceiver.run(.http) { receiver, otlp in
            let exporter = try self.exporter(otlp) { settings in
                (settings.spans.queueSize, settings.spans.batchSize) = (25, 10)
            }
            let tracer = SpanTracer(receivers: [exporter])
            for _ in 0..<40 { tracer.begin("work", parent: nil).finish() }
            try await exporter.sendAll()
            #expect(receiver.messages.count == 3)
            #expect(try receiver.spans.count == 25)
            #expect(exporter.counts(of: .traces) == counts(sent: 25, dropped: 15))
        }
    }

    @Test("Only the signals that are asked for are sent")
    func signals() async throws {
        try await ScriptedReceiver.run(.http) { receiver, otlp in
            var otlp = otlp
            otlp.signals = [.logs]
            let metrics = MetricRegistry()
            metrics.counter(MetricDescription("jobs", help: "Jobs.")).add()
            let exporter = try self.exporter(otlp, metrics: metrics)
            SpanTracer(receivers: [exporter]).begin("work", parent: nil).finish()
            exporter.receive(LogRecord(time: 1, severity: .info, logger: "test", message: "Hello"))
            try await exporter.sendAll()
            #expect(receiver.messages.map(\.signal) == [.logs])
        }
    }

    @Test("An exporter that runs sends when enough has come together, and by the clock")
    func runs() async throws {
        try await ScriptedReceiver.run(.http) { receiver, otlp in
            let clock = HeldClock()
            let exporter = try self.exporter(otlp, clock: clock) { $0.spans.batchSize = 2 }
            let tracer = SpanTracer(receivers: [exporter])
            try await self.running(exporter) {
                var arrivals = receiver.arrivals.makeAsyncIterator()
                for _ in 0..<2 { tracer.begin("full", parent: nil).finish() }
                await arrivals.next()
                tracer.begin("waiting", parent: nil).finish()
                await clock.waitForSleepers(3)
                clock.advance(by: .seconds(5))
                await arrivals.next()
                tracer.begin("last", parent: nil).finish()
            }
            #expect(try receiver.spans.map(\.name) == ["full", "full", "waiting", "last"])
        }
    }

    @Test("An endpoint that is no URL is refused", arguments: ["", "nonsense", "ftp://host"])
    func endpoints(endpoint: String) throws {
        var otlp = OTLPSettings(endpoint: endpoint)
        otlp.carrier = .grpc
        #expect(throws: TelemetryError.self) { try self.exporter(otlp) }
    }

}

private func counts(sent: Int = 0, failed: Int = 0, rejected: Int = 0, dropped: Int = 0) -> OTLPExporter.Counts {
    var counts = OTLPExporter.Counts()
    (counts.sent, counts.failed, counts.rejected, counts.dropped) = (sent, failed, rejected, dropped)
    return counts
}
