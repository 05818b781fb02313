// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
internal import LLMCore
public import Logging
public import Observability
internal import RemoteTransport
public import ServiceLifecycle
internal import SwiftProtobuf

/// Sends spans, log lines and metrics to a receiver by OpenTelemetry's protocol.
///
/// It is a `Service`: when it is shut down gracefully, what still waits is sent. Nothing that is told ever waits for the
/// receiver; there is a bound to what is kept for it.
public final class OTLPExporter: TelemetryReceiver, Service {
    /// What became of what was told.
    public struct Counts: Sendable, Hashable {
        /// What the receiver took.
        public var sent = 0
        /// What did not arrive.
        public var failed = 0
        /// What the receiver did not want.
        public var rejected = 0
        /// What there was no room for.
        public var dropped = 0

        /// Nothing yet.
        public init() {}
    }

    private let settings: OTLPSettings
    private let resource: OTLP_Resource
    private let sender: OTLPSender
    private let spans: BatchQueue<SpanRecord>
    private let logs: BatchQueue<LogRecord>
    private let spanDelay: Duration
    private let logDelay: Duration
    private let metrics: MetricRegistry?
    private let metricsInterval: Duration
    private let time: Timekeeper
    private let now: @Sendable () -> UInt64
    private let spanSignals: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    private let logSignals: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    /// Makes an exporter that does not run yet.
    ///
    /// - Parameters:
    ///   - settings: What is told, and to whom.
    ///   - otlp: The receiver.
    ///   - metrics: What is counted and measured.
    ///   - policy: How often and after what pauses a message is sent again.
    ///   - time: The clock for delays and pauses.
    ///   - now: The time in nanoseconds since 1970.
    ///   - logger: Is told when something does not arrive; its lines must not come back here.
    /// - Throws: ``TelemetryError`` where the endpoint is no URL.
    public init(
        _ settings: TelemetrySettings, to otlp: OTLPSettings, metrics: MetricRegistry?,
        policy: RetryPolicy = RetryPolicy(attempts: 5, base: .seconds(1), cap: .seconds(16)),
        time: Timekeeper = Timekeeper(), now: @escaping @Sendable () -> UInt64, logger: Logger
    ) throws {
        self.settings = otlp
        self.resource = OTLP_Resource(service: settings.service, attributes: settings.resource)
        let carrier: any OTLPCarrier =
            switch otlp.carrier {
            case .http: OTLPHTTPCarrier(settings: otlp, transport: HTTPTransport())
            case .grpc: try OTLPGRPCCarrier(otlp)
            }
        self.sender = OTLPSender(
            carrier, policy: policy, time: time, chance: { .random(in: 0...1) }, logger: logger)
        let spanSignals = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let logSignals = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.spanSignals = spanSignals
        self.logSignals = logSignals
        self.spans = BatchQueue(capacity: settings.spans.queueSize, batchSize: settings.spans.batchSize) {
            spanSignals.continuation.yield()
        }
        self.logs = BatchQueue(capacity: settings.logs.queueSize, batchSize: settings.logs.batchSize) {
            logSignals.continuation.yield()
        }
        (self.spanDelay, self.logDelay) = (settings.spans.delay, settings.logs.delay)
        self.metrics = metrics
        self.metricsInterval = settings.metricsInterval
        self.time = time
        self.now = now
    }

    /// What became of the spans, metrics or log lines so far.
    public func counts(of signal: OTLPSettings.Signal) -> Counts {
        let counts = self.sender.counts(of: signal)
        let dropped =
            switch signal {
            case .traces: self.spans.droppedCount
            case .logs: self.logs.droppedCount
            case .metrics: 0
            }
        var all = Counts()
        (all.sent, all.failed, all.rejected, all.dropped) = (counts.sent, counts.failed, counts.rejected, dropped)
        return all
    }

    /// Takes a span.
    public func receive(_ span: SpanRecord) { if self.settings.signals.contains(.traces) { self.spans.add(span) } }

    /// Takes a log line.
    public func receive(_ log: LogRecord) { if self.settings.signals.contains(.logs) { self.logs.add(log) } }

    /// Whether log lines are sent.
    public func wants(_ severity: LogRecord.Severity, of trace: TraceContext?) -> Bool {
        self.settings.signals.contains(.logs)
    }

    /// Sends until it is cancelled, or shut down gracefully: then what waits is sent first.
    ///
    /// - Throws: What keeps a connection from being held.
    public func run() async throws {
        try await self.sender.connected {
            try await self.sendUntilShutdown()
            try await self.sendWaiting()
        }
    }

    private func sendUntilShutdown() async throws {
        let metricTicks = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in self.spanSignals.stream { try await self.sendSpans() } }
                group.addTask { for await _ in self.logSignals.stream { try await self.sendLogs() } }
                group.addTask { for await _ in metricTicks.stream { try await self.sendMetrics() } }
                let clocks = [
                    (self.spanDelay, self.spanSignals.continuation), (self.logDelay, self.logSignals.continuation),
                    (self.metricsInterval, metricTicks.continuation),
                ]
                for (delay, continuation) in clocks {
                    group.addTask {
                        await cancelWhenGracefulShutdown {
                            while (try? await self.time.sleep(for: delay)) != nil { continuation.yield() }
                        }
                    }
                }
                try await group.waitForAll()
            }
        } onGracefulShutdown: {
            for signals in [self.spanSignals, self.logSignals, metricTicks] { signals.continuation.finish() }
        }
    }

    /// Sends everything that waits, and the metrics as they are, over connections that are closed then.
    ///
    /// - Throws: `CancellationError`.
    package func sendAll() async throws { try await self.sender.connected { try await self.sendWaiting() } }

    private func sendWaiting() async throws {
        try await self.sendSpans()
        try await self.sendLogs()
        try await self.sendMetrics()
    }

    private func sendSpans() async throws {
        while true {
            let batch = self.spans.take()
            guard !batch.isEmpty else { return }
            let message = OTLP_ExportTraceServiceRequest.with {
                $0.resourceSpans = [
                    .with {
                        $0.resource = self.resource
                        $0.scopeSpans = [
                            .with {
                                ($0.scope, $0.spans) = (OTLP_InstrumentationScope.own, batch.map { OTLP_Span($0) })
                            }
                        ]
                    }
                ]
            }
            try await self.sender.deliver(message, of: .traces, count: batch.count)
        }
    }

    private func sendLogs() async throws {
        while true {
            let batch = self.logs.take()
            guard !batch.isEmpty else { return }
            let message = OTLP_ExportLogsServiceRequest.with {
                $0.resourceLogs = [
                    .with {
                        $0.resource = self.resource
                        $0.scopeLogs = [
                            .with {
                                ($0.scope, $0.logRecords) = (
                                    OTLP_InstrumentationScope.own, batch.map { OTLP_LogRecord($0) }
                                )
                            }
                        ]
                    }
                ]
            }
            try await self.sender.deliver(message, of: .logs, count: batch.count)
        }
    }

    private func sendMetrics() async throws {
        guard let metrics, self.settings.signals.contains(.metrics) else { return }
        let now = self.now()
        let all = await metrics.collect().map { OTLP_Metric($0, start: metrics.start, now: now) }
        guard !all.isEmpty else { return }
        let message = OTLP_ExportMetricsServiceRequest.with {
            $0.resourceMetrics = [
                .with {
                    $0.resource = self.resource
                    $0.scopeMetrics = [.with { ($0.scope, $0.metrics) = (OTLP_InstrumentationScope.own, all) }]
                }
            ]
        }
        try await self.sender.deliver(message, of: .metrics, count: all.count)
    }
}
