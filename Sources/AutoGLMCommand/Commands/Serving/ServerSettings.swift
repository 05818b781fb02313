// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import HTTPAPI
internal import LLMCore
internal import ModelGateway
internal import ServerTLS
internal import ServingCore
internal import SourceDocuments

/// The part `server` of a configuration file.
///
/// ```yaml
/// server:
///   host: 127.0.0.1
///   http_port: 8000
///   grpc_port: 8001
///   metrics_port: 8002
///   model_repository: models          # or a list
///   model_control_mode: explicit      # none, explicit or poll
///   load_models: [intent]             # explicit: at the start
///   repository_poll_secs: 15          # poll: how often
///   access: {keys_file: keys.yaml}    # see docs/operations.md
///   pipelines: [task-flow.yaml]       # what clients of autoglm.v1 may run
///   limits: {requests: 256}           # see docs/operations.md
///   tls: {certificate: server.pem, key: server.key}
/// ```
struct ServerSettings {
    /// The key of the part.
    static let key = "server"

    /// The address to listen on.
    var host: String?
    /// The port for HTTP.
    var httpPort: Int?
    /// The port for gRPC; nil for none.
    var grpcPort: Int?
    /// The port for metrics; nil for none.
    var metricsPort: Int?
    /// The models of KServe v2.
    var repository = ModelRepository.Options()
    /// Who is let in; nil for everybody.
    var access: AccessSettings?
    /// How much a client may ask, and how fast it has to be.
    var limits = ServerLimits()
    /// How much is done at a time; nil for everything.
    var overload: RequestGate.Settings?
    /// What the ports are encrypted with; nil encrypts nothing.
    var tls: TLSSettings?

    /// The files of pipelines that clients may run.
    var pipelines: [String] = []

    /// Everything by its defaults.
    init() {}
}

extension FieldReader {
    /// Reads the part `server`.
    mutating func server(
        _ node: SourceNode, into settings: inout ServerSettings, environment: [String: String]
    ) {
        let fields = self.fields(
            of: node, "'server'",
            known: [
                "host", "http_port", "grpc_port", "metrics_port", "model_repository", "model_control_mode",
                "load_models", "repository_poll_secs", "access", "limits", "pipelines", "tls",
            ])
        settings.host = self.text(fields["host"])
        settings.httpPort = self.integer(fields["http_port"], in: 0...65535)
        settings.grpcPort = self.integer(fields["grpc_port"], in: 0...65535)
        settings.metricsPort = self.integer(fields["metrics_port"], in: 0...65535)
        settings.repository.folders = self.texts(fields["model_repository"], "a folder, or a list of them")
        settings.repository.loadedAtStart = self.texts(fields["load_models"], "a model, or a list of them")
        settings.pipelines = self.texts(fields["pipelines"], "a file, or a list of them")
        if let seconds = self.integer(fields["repository_poll_secs"], in: 1...86_400) {
            settings.repository.pollInterval = .seconds(seconds)
        }
        if let control = self.choice(fields["model_control_mode"], of: ModelControl.self) {
            settings.repository.control = control
        }
        settings.access = fields["access"].map { self.access($0, environment: environment) }
        if let node = fields["limits"] { self.limits(node, into: &settings) }
        settings.tls = fields["tls"].flatMap { self.tls($0) }
    }

    private mutating func limits(_ node: SourceNode, into settings: inout ServerSettings) {
        let fields = self.fields(
            of: node, "'limits'",
            known: [
                "requests", "queue", "longest_wait", "connections", "body_megabytes", "header_kilobytes", "headers",
                "json_depth", "idle_time", "head_time", "body_bytes_per_second", "body_time", "read_time",
            ])
        var limits = settings.limits
        limits.connections = self.integer(fields["connections"], in: 1...1_000_000) ?? limits.connections
        if let megabytes = self.integer(fields["body_megabytes"], in: 1...4096) { limits.bodyBytes = megabytes << 20 }
        if let kilobytes = self.integer(fields["header_kilobytes"], in: 1...1024) {
            limits.headerBytes = kilobytes << 10
        }
        limits.headers = self.integer(fields["headers"], in: 1...10_000) ?? limits.headers
        limits.jsonDepth = self.integer(fields["json_depth"], in: 1...1000) ?? limits.jsonDepth
        limits.idleTime = self.duration(fields["idle_time"]) ?? limits.idleTime
        limits.patience.headTime = self.duration(fields["head_time"]) ?? limits.patience.headTime
        limits.patience.bodyTime = self.duration(fields["body_time"]) ?? limits.patience.bodyTime
        limits.patience.readTime = self.duration(fields["read_time"]) ?? limits.patience.readTime
        limits.patience.bodyBytesPerSecond =
            self.integer(fields["body_bytes_per_second"], in: 0...1_000_000_000) ?? limits.patience.bodyBytesPerSecond
        settings.limits = limits
        let queue = self.integer(fields["queue"], in: 0...1_000_000) ?? 0
        let wait = self.duration(fields["longest_wait"]) ?? .seconds(1)
        if let requests = self.integer(fields["requests"], in: 1...1_000_000) {
            settings.overload = RequestGate.Settings(requests, queue: queue, longestWait: wait)
        } else if let node = fields["queue"] ?? fields["longest_wait"] {
            self.note(node.place, "Requests wait only where there is a limit.", "Give 'requests', too.")
        }
    }
}
