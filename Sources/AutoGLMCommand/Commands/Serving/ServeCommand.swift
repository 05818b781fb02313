// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AdapterMiddleware
internal import ArgumentParser
internal import GRPCAPI
internal import HTTPAPI
internal import KServeHTTP
internal import LLMCore
internal import Logging
internal import ModelFacade
internal import ModelGateway
internal import NIOCore
internal import Observability
internal import RemoteModels
internal import ServiceLifecycle
internal import ServingCore
internal import TensorKernels
internal import Tracing
internal import UnixSignals

/// `autoglm serve`: models for other programs.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: """
            Serve models: the protocols of OpenAI, Anthropic and Ollama over HTTP, KServe v2 (Triton's) over HTTP and gRPC.
            """,
        discussion: """
            Example:
              autoglm serve --port 8000
              curl http://127.0.0.1:8000/v1/chat/completions -d '{"model": "smollm2", "messages": [{"role": "user", \
            "content": "Hello"}]}'
              autoglm serve --model-repository Examples/models
              curl http://127.0.0.1:8000/v2/models/add_sub

            There are /v1/chat/completions, /v1/completions, /v1/responses, /v1/embeddings, /v1/models, Anthropic's /v1/messages, \
            Ollama's /api/chat, /api/generate, /api/embed, /api/tags and /api/show, and Triton's /v2. Clients of these need only \
            the address.

            A repository has folders NAME/VERSION/ with model.onnx, pipeline.yaml or plugin.yaml, or a config.pbtxt that says more; \
            a pipeline from a text to a text is a model to chats, too. ONNX models need OpenVINO: scripts/fetch-model.sh \
            openvino, or AUTOGLM_OPENVINO with the folder of its libraries.

            --telemetry shows metrics to Prometheus under /metrics, writes log lines as JSON, and keeps recent traces and logs \
            for `autoglm traces` and `autoglm logs`; 'telemetry:' in the file, or OpenTelemetry's variables (OTEL_…), say more.

            A version of the catalogue is served by its alias (--model chat@champion, or 'catalog:' in the file), and follows it. \
            /v1/catalog and /v1/experiments tell and change what answers.

            Without --config, one local model is served under the name that --model has; without --config but with \
            --model-repository, only the repository is. SIGTERM or Ctrl-C lets the answers in progress end; the second one \
            ends the program at once. SIGHUP reads the keys of --config again ('server: {access: …}', see docs/operations.md).
            """)

    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Repository") var serving: ServingOptions
    @OptionGroup var plugins: PluginOptions

    @Option(
        help: "A file (autoglm.yaml) with the models to serve, what wraps around each, and the server's own settings.")
    var config: String?

    @Option(help: "The address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(parsing: .unconditional, help: "The port to listen on (default: 8000); 0 takes a free one, and tells it.")
    var port: Int?

    @Option(parsing: .unconditional, help: "How many seconds answers in progress may take after a request to end.")
    var drainTime = 30

    @OptionGroup var watching: TelemetryOptions

    func validate() throws {
        guard 0...65535 ~= self.port ?? 0 else {
            throw ValidationError("--port is \(self.port ?? 0); it must be 0 to 65535.")
        }
        guard self.drainTime >= 0 else {
            throw ValidationError("--drain-time is \(self.drainTime); it must be 0 or more.")
        }
    }

    func run() async throws {
        // As many event loops as processors that this process may use: more would only wait for each other.
        NIOSingletons.groupLoopCountSuggestion = WorkerPool.availableProcessors
        let file = try self.config.map { try ServerSettings.read(path: $0, environment: Settings.environment) }
        // From here on a change of the file is heard of, also while models are loaded.
        let hangUps = file?.server.access == nil ? nil : await UnixSignalsSequence(trapping: .sighup)
        let configuration = file?.models
        let settings = self.serving.applied(to: file?.server ?? ServerSettings())
        var access: AccessGuard?
        if let keys = settings.access { access = try await AccessGuard(keys) }
        let program = try self.watching.settings(configuration?.telemetry, hasConfiguration: configuration != nil)
            .map(ProgramTelemetry.init)
        if let program { InstrumentationSystem.bootstrap(program.telemetry.tracer) }
        let logger = program?.logger ?? RunningServices.logger
        let choice = file?.traffic ?? TrafficSettings(model: self.model)
        let models = try await self.gateway(
            configuration, program?.telemetry,
            isOptional: !settings.repository.folders.isEmpty || choice.servesModelOfCatalog, logger: logger)
        let traffic = try await Traffic(choice, over: models, self.model, program?.telemetry, logger: logger)
        let gateway = traffic.gateway
        let repository = try await self.repository(settings, gateway, program?.telemetry)
        var http = self.httpServer(gateway, repository, settings, access, program, logger: logger)
        http.otherRoutes += traffic.routes
        // The last one is asked to stop first: what its last requests told and took is sent and kept, and they find their models.
        let services: [any Service] =
            try (program?.services ?? []) + gateway.services + traffic.services + [repository]
            + self.otherServers(settings, repository, gateway, access, program) + self.reloads(access, hangUps)
        try await RunningServices.run(services + [http], drain: .seconds(self.drainTime))
    }

    private func httpServer(
        _ gateway: Gateway, _ repository: ModelRepository, _ settings: ServerSettings, _ access: AccessGuard?,
        _ program: ProgramTelemetry?, logger: Logger
    ) -> HTTPServer {
        let host = self.address(settings)
        var http = HTTPServer(models: gateway, logger: logger)
        (http.host, http.port) = (host, self.port ?? settings.httpPort ?? 8000)
        (http.access, http.gate, http.limits) = (access, settings.gate, settings.limits)
        http.telemetry = program?.telemetry
        http.metricsPath = program?.metricsPath
        http.otherRoutes = [KServeRoutes(repository: repository, limits: http.limits, version: Version.current)]
        http.onListening = { port in
            Console.note("Listening on http://\(host):\(port); models: \(gateway.visibleNames.joined(separator: ", "))")
        }
        return http
    }

    /// The servers of the repository's other ports.
    private func otherServers(
        _ settings: ServerSettings, _ repository: ModelRepository, _ gateway: Gateway, _ access: AccessGuard?,
        _ program: ProgramTelemetry?
    ) throws -> [any Service] {
        let host = self.address(settings)
        var services: [any Service] = []
        if let port = settings.metricsPort {
            var metrics = MetricsServer(repository: repository, logger: RunningServices.logger)
            (metrics.host, metrics.port, metrics.access) = (host, port, access)
            metrics.onListening = { Console.note("Metrics on http://\(host):\($0)/metrics") }
            services.append(metrics)
        }
        if let port = settings.grpcPort {
            var grpc = GRPCInferenceServer(repository: repository, version: Version.current)
            (grpc.host, grpc.port, grpc.models) = (host, port, gateway)
            (grpc.access, grpc.gate) = (access, settings.gate)
            (grpc.beginTime, grpc.readTime) = (settings.limits.patience.headTime, settings.limits.patience.readTime)
            grpc.telemetry = program?.telemetry
            if let program { grpc.logger = program.logger }
            grpc.pipelines = try ServedPipelines(settings.pipelines, on: gateway, program?.telemetry)
            grpc.onListening = { Console.note("Listening on grpc://\(host):\($0)") }
            services.append(grpc)
        }
        return services
    }

    /// What reads the configuration again.
    private func reloads(_ access: AccessGuard?, _ hangUps: UnixSignalsSequence?) -> [any Service] {
        guard let access, let config, let hangUps else { return [] }
        return [ConfigurationReload(path: config, access: access, signals: hangUps)]
    }

    private func address(_ settings: ServerSettings) -> String { self.host ?? settings.host ?? "127.0.0.1" }

    /// The models of the configuration, or the one of the options; none where only others were asked for.
    private func gateway(
        _ configuration: GatewayConfiguration?, _ telemetry: Telemetry?, isOptional: Bool, logger: Logger
    ) async throws -> Gateway {
        if let configuration { return try Gateway(configuration: configuration, telemetry: telemetry, logger: logger) }
        if isOptional, self.model.isLeftAlone || ModelArgument.alias(self.model.model) != nil {
            return Gateway(models: [])
        }
        let model = try await self.model.open().adapter
        guard let telemetry else {
            let usage = UsageLedger()
            let accounted = model.wrapped(in: [Accounting(usage, model: model.name)])
            return Gateway(models: [(model.name, accounted)], usage: usage)
        }
        return Gateway(watching: model, as: self.model.identity(of: model.name), telemetry: telemetry)
    }
}
