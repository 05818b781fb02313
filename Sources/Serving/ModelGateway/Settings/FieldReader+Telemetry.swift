// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Observability
internal import RemoteTransport
internal import SourceDocuments

extension FieldReader {
    /// Reads what the program tells of its work.
    ///
    /// - Parameters:
    ///   - settings: What OpenTelemetry's variables say; what is written here comes before them.
    ///   - environment: Variables that hold secrets.
    mutating func telemetry(
        _ node: SourceNode, into settings: inout TelemetrySettings, environment: [String: String]
    ) {
        let fields = self.fields(
            of: node, "'telemetry'", known: ["service", "resource", "otlp", "traces", "metrics", "logs", "store"])
        settings.service = self.text(fields["service"]) ?? settings.service
        if let node = fields["resource"] {
            for member in self.mapping(node, "'resource'") {
                settings.resource[member.key] = self.text(member.value) ?? settings.resource[member.key]
            }
        }
        if let node = fields["otlp"] { self.otlp(node, into: &settings, environment: environment) }
        if let node = fields["traces"] { self.traces(node, into: &settings) }
        if let node = fields["metrics"] { self.metrics(node, into: &settings) }
        if let node = fields["logs"] { self.logs(node, into: &settings) }
        if let node = fields["store"] { self.store(node, into: &settings) }
    }

    private mutating func otlp(
        _ node: SourceNode, into settings: inout TelemetrySettings, environment: [String: String]
    ) {
        // A text alone is the endpoint.
        if let endpoint = node.string {
            settings.otlp = OTLPSettings(endpoint: endpoint)
            return
        }
        let fields = self.fields(of: node, "'otlp'", known: ["endpoint", "protocol", "headers", "timeout", "signals"])
        let carrier = self.choice(fields["protocol"], of: OTLPSettings.Carrier.self)
        let usual = carrier == .grpc ? "http://localhost:4317" : "http://localhost:4318"
        var otlp = settings.otlp ?? OTLPSettings(endpoint: usual)
        otlp.endpoint = self.text(fields["endpoint"]) ?? otlp.endpoint
        otlp.carrier = carrier ?? otlp.carrier
        otlp.timeout = self.duration(fields["timeout"]) ?? otlp.timeout
        if let node = fields["headers"] {
            for member in self.mapping(node, "'headers'") {
                guard let value = self.header(member.value, environment: environment) else { continue }
                otlp.headers[member.key.lowercased()] = value
            }
        }
        if let node = fields["signals"] {
            let signals = self.value(node, "a list of traces, metrics and logs") { node in
                node.elements?.map { $0.string.flatMap { OTLPSettings.Signal(rawValue: $0) } }
            }
            if let signals {
                if signals.contains(nil) { self.note(node.place, "There are the signals traces, metrics and logs.") }
                otlp.signals = Set(signals.compactMap { $0 })
            }
        }
        settings.otlp = otlp
    }

    /// A header's value: a text, or a secret that is elsewhere.
    private mutating func header(_ node: SourceNode, environment: [String: String]) -> String? {
        node.members == nil ? self.text(node) : self.key(node, environment: environment)?.secret
    }

    private mutating func traces(_ node: SourceNode, into settings: inout TelemetrySettings) {
        let fields = self.fields(
            of: node, "'traces'", known: ["sampler", "ratio", "errors", "slow", "content", "openinference"])
        let ratio = self.number(fields["ratio"], in: 0...1)
        if let node = fields["sampler"], let name = self.text(node) {
            if let sampler = Sampler(named: name, argument: ratio) {
                settings.sampler = sampler
            } else {
                self.note(node.place, "There is no sampler '\(name)'.", NearestName.hint(for: name, in: Sampler.names))
            }
        } else if let ratio {
            settings.sampler = .parentBased(.ratio(ratio))
        }
        settings.keepsErrors = self.bool(fields["errors"]) ?? settings.keepsErrors
        settings.slow = self.duration(fields["slow"]) ?? settings.slow
        settings.options.capturesContent = self.bool(fields["content"]) ?? settings.options.capturesContent
        settings.options.isOpenInference = self.bool(fields["openinference"]) ?? settings.options.isOpenInference
    }

    private mutating func metrics(_ node: SourceNode, into settings: inout TelemetrySettings) {
        let fields = self.fields(of: node, "'metrics'", known: ["path", "interval"])
        if let node = fields["path"], let path = self.text(node) {
            if path != "none", !path.hasPrefix("/") {
                self.note(node.place, "The path must begin with a slash, or be 'none'.")
            }
            settings.metricsPath = path == "none" ? nil : path
        }
        settings.metricsInterval = self.duration(fields["interval"]) ?? settings.metricsInterval
    }

    private mutating func logs(_ node: SourceNode, into settings: inout TelemetrySettings) {
        let fields = self.fields(of: node, "'logs'", known: ["level", "content", "write"])
        if let node = fields["level"], let name = self.text(node) {
            if let level = LogRecord.Severity(named: name) {
                settings.logLevel = level
            } else {
                let names = LogRecord.Severity.allCases.map(\.name)
                self.note(node.place, "There is no level '\(name)'.", NearestName.hint(for: name, in: names))
            }
        }
        settings.logsContent = self.bool(fields["content"]) ?? settings.logsContent
        settings.writesLogs = self.bool(fields["write"]) ?? settings.writesLogs
    }

    private mutating func store(_ node: SourceNode, into settings: inout TelemetrySettings) {
        if let keeps = node.json.boolValue {
            settings.store = keeps ? TelemetrySettings.Store() : nil
            return
        }
        let fields = self.fields(of: node, "'store'", known: ["path", "megabytes"])
        var store = TelemetrySettings.Store()
        store.path = self.text(fields["path"])
        if let megabytes = self.integer(fields["megabytes"], in: 1...1_000_000) { store.bytes = megabytes << 20 }
        settings.store = store
    }

    /// The members of a mapping whose keys are anything.
    private mutating func mapping(_ node: SourceNode, _ owner: String) -> [SourceNode.Member] {
        if let members = node.members { return members }
        self.note(node.place, "\(owner) must be a mapping, but is of type \(node.typeName).")
        return []
    }
}
