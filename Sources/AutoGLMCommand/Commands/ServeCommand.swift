// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import ArgumentParser
internal import HTTPAPI
internal import LLMCore
internal import Logging
internal import ModelFacade
internal import ModelGateway
internal import NIOCore
internal import Observability
internal import RemoteModels
internal import TensorKernels
internal import Tracing

/// `autoglm serve`: models for other programs.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve models over HTTP, in the protocols of OpenAI, Anthropic and Ollama.",
        discussion: """
            Example:
              autoglm serve --port 8000
              curl http://127.0.0.1:8000/v1/chat/completions -d '{"model": "smollm2", "messages": [{"role": "user", \
            "content": "Hello"}]}'

            There are /v1/chat/completions, /v1/completions, /v1/responses, /v1/embeddings, /v1/models, Anthropic's /v1/messages, and \
            Ollama's /api/chat, /api/generate, /api/embed, /api/tags and /api/show. Clients of these need only the address.

            --telemetry shows metrics to Prometheus under /metrics, writes log lines as JSON, and keeps recent traces and logs \
            for `autoglm traces` and `autoglm logs`; 'telemetry:' in the file, or OpenTelemetry's variables (OTEL_…), say more.

            Without --config, one local model is served under the name that --model has. SIGTERM or Ctrl-C lets the answers \
            in progress end; the second one ends the program at once.
            """)

    @OptionGroup(title: "Model") var model: ModelOptions

    @Option(help: "A file (autoglm.yaml) with the models to serve, and what wraps around each.")
    var config: String?

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(parsing: .unconditional, help: "The port to listen on; 0 takes a free one, and tells it.")
    var port = 8000

    @Option(parsing: .unconditional, help: "How many seconds answers in progress may take after a request to end.")
    var drainTime = 30

    @Flag(help: "Show metrics under /metrics, write log lines as JSON, keep recent traces and logs.")
    var telemetry = false

    func validate() throws {
        guard 0...65535 ~= self.port else { throw ValidationError("--port is \(self.port); it must be 0 to 65535.") }
        guard self.drainTime >= 0 else {
            throw ValidationError("--drain-time is \(self.drainTime); it must be 0 or more.")
        }
    }

    func run() async throws {
        // As many event loops as processors that this process may use: more would only wait for each other.
        NIOSingletons.groupLoopCountSuggestion = WorkerPool.availableProcessors
        let configuration = try self.config.map { config in
            try GatewayConfiguration(
                yaml: InputFile.text(path: config), file: config, environment: Settings.environment)
        }
        let program = try self.telemetrySettings(configuration).map(ProgramTelemetry.init)
        if let program { InstrumentationSystem.bootstrap(program.telemetry.tracer) }
        let logger = program?.logger ?? RunningServices.logger
        let gateway = try await self.gateway(configuration, program?.telemetry, logger: logger)
        var server = HTTPServer(models: gateway, logger: logger)
        server.host = self.host
        server.port = self.port
        server.telemetry = program?.telemetry
        server.metricsPath = program?.metricsPath
        server.onListening = { [host] port in
            Console.note("Listening on http://\(host):\(port); models: \(gateway.names.joined(separator: ", "))")
        }
        // The last one is asked to stop first: what its last requests told and took is sent and kept.
        try await RunningServices.run(
            (program?.services ?? []) + gateway.services + [server], drain: .seconds(self.drainTime))
    }

    /// What is told of the work; nil for nothing.
    private func telemetrySettings(_ configuration: GatewayConfiguration?) throws -> TelemetrySettings? {
        let asked =
            if let configuration { configuration.telemetry } else {
                try TelemetrySettings.standard(environment: Settings.environment)
            }
        guard self.telemetry else { return asked }
        var settings = asked ?? TelemetrySettings()
        if asked == nil { try settings.read(environment: Settings.environment) }
        if settings.store == nil { settings.store = TelemetrySettings.Store() }
        return settings
    }

    /// The models of the configuration, or the one of the options.
    private func gateway(
        _ configuration: GatewayConfiguration?, _ telemetry: Telemetry?, logger: Logger
    ) async throws -> Gateway {
        if let configuration { return try Gateway(configuration: configuration, telemetry: telemetry, logger: logger) }
        let model = try await self.model.open().adapter
        guard let telemetry else {
            let usage = UsageLedger()
            let accounted = model.wrapped(in: [Accounting(usage, model: model.name)])
            return Gateway(models: [(model.name, accounted)], usage: usage)
        }
        return Gateway(watching: model, as: self.identity(of: model.name), telemetry: telemetry)
    }

    /// Who runs the model of the options, as traces and metrics tell it.
    private func identity(of name: String) -> ModelIdentity {
        if let server = RemoteBackend(rawValue: self.model.backend) {
            let url = self.model.baseURL ?? server.defaultBaseURL
            return ModelIdentity(provider: server.rawValue, model: name, url: url)
        }
        return ModelIdentity(
            provider: self.model.baseURL == nil ? "open-autoglm" : self.model.backend, model: name,
            url: self.model.baseURL)
    }
}
