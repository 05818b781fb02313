// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import LLMCore
internal import ModelGateway
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

    /// The files of pipelines that clients may run.
    var pipelines: [String] = []

    /// Everything by its defaults.
    init() {}

    /// Reads a configuration file with this part and those of ``TrafficSettings``.
    ///
    /// - Throws: `GatewayError` with everything that is wrong in the file, with its place.
    static func read(
        path: String, environment: [String: String]
    ) throws -> (models: GatewayConfiguration, server: ServerSettings, traffic: TrafficSettings) {
        var (settings, traffic) = (ServerSettings(), TrafficSettings())
        let parts = [
            GatewayConfiguration.Part(key: Self.key) { reader, node in
                reader.server(node, into: &settings, environment: environment)
            },
            GatewayConfiguration.Part(key: TrafficSettings.catalogKey) { reader, node in
                traffic.catalog = reader.catalog(node)
            },
            GatewayConfiguration.Part(key: TrafficSettings.experimentsKey) { reader, node in
                traffic.experiments = reader.experiments(node)
            },
        ]
        let models = try GatewayConfiguration(
            yaml: InputFile.text(path: path), file: path, environment: environment, parts: parts)
        return (models, settings, traffic)
    }
}

extension FieldReader {
    fileprivate mutating func server(
        _ node: SourceNode, into settings: inout ServerSettings, environment: [String: String]
    ) {
        let fields = self.fields(
            of: node, "'server'",
            known: [
                "host", "http_port", "grpc_port", "metrics_port", "model_repository", "model_control_mode",
                "load_models", "repository_poll_secs", "access", "pipelines",
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
    }
}
