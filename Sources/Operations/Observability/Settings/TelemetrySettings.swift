// SPDX-License-Identifier: Apache-2.0

/// What a program tells of its work, and to whom.
public struct TelemetrySettings: Sendable, Hashable {
    /// The program's name among others.
    public var service = "autoglm"
    /// What else is known of the program.
    public var resource: [String: String] = [:]
    /// Where everything is sent; nil sends nothing.
    public var otlp: OTLPSettings?
    /// Which traces are kept, decided at their beginning.
    public var sampler = Sampler.parentBased(.alwaysOn)
    /// Whether failed traces are kept, too.
    public var keepsErrors = true
    /// How long a trace must take to be kept whatever the sampler says; nil keeps none for that.
    public var slow: Duration?
    /// What spans have besides the usual.
    public var options = Telemetry.Options()
    /// How spans are collected before they are sent.
    public var spans = BatchSettings()
    /// How log lines are collected before they are sent.
    public var logs = BatchSettings()
    /// How often metrics are sent.
    public var metricsInterval = Duration.seconds(60)
    /// The path under which Prometheus finds metrics; nil does not show them.
    public var metricsPath: String? = "/metrics"
    /// Log lines below this are not written.
    public var logLevel = LogRecord.Severity.info
    /// Whether log lines are written as JSON.
    public var writesLogs = true
    /// Whether log lines show what users and models say.
    public var logsContent = false
    /// Where recent traces and logs are kept; nil keeps none.
    public var store: Store?

    /// A file of recent traces and logs.
    public struct Store: Sendable, Hashable {
        /// The file; nil is the usual place.
        public var path: String?
        /// The most bytes of it.
        public var bytes = 64 << 20

        /// The usual place and size.
        public init() {}
    }

    /// The usual: nothing is sent or kept, metrics are shown.
    public init() {}

    /// Which traces are kept at their end.
    package var tailSampler: TailSampler? {
        // Where every trace is kept at its beginning, nothing needs to wait for its end.
        guard self.keepsErrors || self.slow != nil, self.sampler != .alwaysOn else { return nil }
        return TailSampler(slow: self.slow, keepsErrors: self.keepsErrors)
    }
}
