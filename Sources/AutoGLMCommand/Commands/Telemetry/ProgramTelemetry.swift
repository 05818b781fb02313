// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Logging
internal import Observability
internal import RunStorage
internal import ServiceLifecycle
internal import TelemetryExport

/// What a program tells of its work, composed: who begins spans, who sends and keeps them, who writes log lines.
struct ProgramTelemetry {
    /// Watches.
    let telemetry: Telemetry
    /// Writes log lines.
    let logger: Logger
    /// The level below which it writes none.
    let threshold: LogThreshold
    /// What must run meanwhile.
    let services: [any Service]
    /// The path under which Prometheus finds the metrics.
    let metricsPath: String?

    /// Composes everything.
    ///
    /// - Throws: An error of the receiver's URL or of the store's file; all are ``CodedError``s.
    init(_ settings: TelemetrySettings) throws {
        let metrics = MetricRegistry()
        let now: @Sendable () -> UInt64 = WallTime.now
        var receivers: [any TelemetryReceiver] = []
        var services: [any Service] = []
        if let otlp = settings.otlp {
            let exporter = try OTLPExporter(
                settings, to: otlp, metrics: metrics, now: now, logger: RunningServices.logger)
            receivers.append(exporter)
            services.append(exporter)
            Self.show(exporter, in: metrics)
        }
        if let store = settings.store {
            let file = try TelemetryStoreOptions.open(store.path)
            let keeper = TelemetryKeeper(
                SQLiteTelemetryStore(file, maximumBytes: store.bytes), logger: RunningServices.logger)
            receivers.append(keeper)
            services.append(keeper)
        }
        let tracer = SpanTracer(
            sampler: settings.sampler, tail: settings.tailSampler, receivers: receivers, now: now)
        self.telemetry = Telemetry(tracer: tracer, metrics: metrics, options: settings.options)
        self.metricsPath = settings.metricsPath
        let lines = settings.writesLogs ? LogWriter { Console.note(lines: $0) } : nil
        var write: JSONLogHandler.Writer?
        if let lines {
            services.append(lines)
            write = { lines.append($0, $1) }
        }
        self.services = services
        let threshold = LogThreshold(settings.logLevel.level)
        self.threshold = threshold
        self.logger = Logger(label: "autoglm") { [receivers, write] label in
            JSONLogHandler(
                label: label, service: settings.service, threshold: threshold,
                redaction: LogRedaction(showsContent: settings.logsContent), receivers: receivers,
                write: write)
        }
    }

    /// Shows what became of what was to be sent.
    private static func show(_ exporter: OTLPExporter, in metrics: MetricRegistry) {
        metrics.observe(
            MetricDescription(
                "autoglm.telemetry.exported", help: "Spans, metrics and log lines to be sent, by what became of them.",
                labels: ["signal", "outcome"]), isCounter: true
        ) {
            OTLPSettings.Signal.allCases.flatMap { signal -> [(labels: [String], value: Double)] in
                let counts = exporter.counts(of: signal)
                return [
                    ("sent", counts.sent), ("failed", counts.failed), ("rejected", counts.rejected),
                    ("dropped", counts.dropped),
                ].map { (labels: [signal.rawValue, $0.0], value: Double($0.1)) }
            }
        }
    }
}
