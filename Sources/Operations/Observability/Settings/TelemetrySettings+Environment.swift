// SPDX-License-Identifier: Apache-2.0

extension TelemetrySettings {
    /// Reads OpenTelemetry's own variables, `OTEL_SERVICE_NAME` and the like.
    ///
    /// - Returns: nil where no variable asks for anything to be sent.
    /// - Throws: ``TelemetryError`` with code `.invalidSetting` that names the variable.
    public static func standard(environment: [String: String]) throws -> TelemetrySettings? {
        var settings = Self()
        let reader = EnvironmentReader(environment)
        try settings.read(reader)
        return settings.otlp == nil ? nil : settings
    }

    /// Takes what OpenTelemetry's own variables say.
    ///
    /// - Throws: ``TelemetryError`` with code `.invalidSetting` that names the variable.
    public mutating func read(environment: [String: String]) throws { try self.read(EnvironmentReader(environment)) }

    private mutating func read(_ reader: EnvironmentReader) throws {
        self.resource.merge(try reader.pairs("OTEL_RESOURCE_ATTRIBUTES")) { $1 }
        let named = self.resource.removeValue(forKey: "service.name")
        self.service = reader.text("OTEL_SERVICE_NAME") ?? named ?? self.service
        if let name = reader.text("OTEL_TRACES_SAMPLER") {
            let share = try reader.number("OTEL_TRACES_SAMPLER_ARG", in: 0...1)
            self.sampler =
                try Sampler(named: name, argument: share) ?? reader.refuse("OTEL_TRACES_SAMPLER", Sampler.names)
        }
        self.options.conventions = GenAIConventions(environment: reader.environment)
        if reader.flag("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT") { self.options.capturesContent = true }
        try self.spans.read(reader, "OTEL_BSP")
        try self.logs.read(reader, "OTEL_BLRP")
        if let interval = try reader.milliseconds("OTEL_METRIC_EXPORT_INTERVAL") { self.metricsInterval = interval }
        self.otlp = try reader.flag("OTEL_SDK_DISABLED") ? nil : OTLPSettings(reader)
    }
}

extension BatchSettings {
    fileprivate mutating func read(_ reader: EnvironmentReader, _ prefix: String) throws {
        if let size = try reader.number("\(prefix)_MAX_QUEUE_SIZE", in: 1...1e6) { self.queueSize = Int(size) }
        if let size = try reader.number("\(prefix)_MAX_EXPORT_BATCH_SIZE", in: 1...1e5) { self.batchSize = Int(size) }
        if let delay = try reader.milliseconds("\(prefix)_SCHEDULE_DELAY") { self.delay = delay }
    }
}

extension OTLPSettings {
    /// What the variables say; nil where they say nothing of a receiver.
    fileprivate init?(_ reader: EnvironmentReader) throws {
        let prefix = "OTEL_EXPORTER_OTLP"
        let common = reader.text("\(prefix)_ENDPOINT")
        var endpoints: [Signal: String] = [:]
        var signals: Set<Signal> = []
        var isAsked = common != nil
        for signal in Signal.allCases {
            let name = signal.rawValue.uppercased()
            endpoints[signal] = reader.text("\(prefix)_\(name)_ENDPOINT")
            let exporters = (reader.text("OTEL_\(name)_EXPORTER") ?? "").split(separator: ",")
            isAsked = isAsked || endpoints[signal] != nil || exporters.contains("otlp")
            // Without a word on a signal, it is sent where a receiver is named.
            let isWanted = exporters.isEmpty ? common != nil || endpoints[signal] != nil : exporters.contains("otlp")
            if isWanted { signals.insert(signal) }
        }
        guard isAsked else { return nil }
        var carrier = Carrier.http
        if let name = reader.text("\(prefix)_PROTOCOL") ?? reader.text("\(prefix)_TRACES_PROTOCOL") {
            carrier =
                try Carrier(rawValue: name) ?? reader.refuse("\(prefix)_PROTOCOL", Carrier.allCases.map(\.rawValue))
        }
        self.init(endpoint: common ?? (carrier == .grpc ? "http://localhost:4317" : "http://localhost:4318"))
        self.carrier = carrier
        self.endpoints = endpoints
        self.signals = signals
        self.headers = try reader.pairs("\(prefix)_HEADERS")
        if let timeout = try reader.milliseconds("\(prefix)_TIMEOUT") { self.timeout = timeout }
    }
}
