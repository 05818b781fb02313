// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import AdapterMiddleware
internal import ArgumentParser
internal import CatalogHTTP
internal import GRPCAPI
internal import HTTPAPI
internal import KServeHTTP
internal import LLMCore
internal import Logging
internal import ModelFacade
internal import ModelGateway
internal import NIOCore
internal import Observability
internal import PluginHost
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

            The folders of --plugins are looked at every two seconds: a plugin that has changed there takes the place of the old \
            one, whose calls end where they began.

            Without --config, one local model is served under the name that --model has; without --config but with \
            --model-repository, only the repository is. SIGTERM or Ctrl-C lets the answers in progress end; the second one \
            ends the program at once. SIGHUP reads --config and certificates again: keys, limits, models and \
            certificates are then those of the files (see docs/operations.md).
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
        let plugins = try self.plugins.host()
        let file = try self.config.map {
            try ServedConfiguration(path: $0, environment: Settings.environment, plugins: plugins)
        }
        let configuration = file?.models
        let settings = self.serving.applied(to: file?.server ?? ServerSettings())
        // From here on a change of the files is heard of, also while models are loaded.
        let isReloaded = self.config != nil || settings.tls != nil
        let hangUps = isReloaded ? await UnixSignalsSequence(trapping: .sighup) : nil
        let program = try self.watching.settings(configuration?.telemetry, hasConfiguration: configuration != nil)
            .map(ProgramTelemetry.init)
        let live = try await LiveSettings(settings, threshold: program?.threshold)
        if let note = live.certificateNote { Console.note("Encrypting with \(note).") }
        if let program { InstrumentationSystem.bootstrap(program.telemetry.tracer) }
        let logger = program?.logger ?? RunningServices.logger
        let choice = file?.traffic ?? TrafficSettings(model: self.model)
        let models = try await self.gateway(
            configuration, plugins, program?.telemetry,
            isOptional: !settings.repository.folders.isEmpty || choice.servesModelOfCatalog, logger: logger)
        let traffic = try await Traffic(choice, over: models, self.model, program?.telemetry, logger: logger)
        let gateway = traffic.gateway
        let repository = try await self.repository(settings, gateway, program?.telemetry, plugins)
        var aliases: [any Service] = []
        if let catalog = traffic.catalog { aliases.append(try await self.offer(catalog, in: repository, logger)) }
        var http = self.httpServer(gateway, repository, settings, live, program, logger: logger)
        http.otherRoutes += traffic.routes + [PluginRoutes(host: plugins)]
        // The last one is asked to stop first: what its last requests told and took is sent and kept, and they find their models.
        let services: [any Service] =
            try (program?.services ?? []) + gateway.services + traffic.services + aliases
            + PluginWatch.services(of: plugins) + [repository]
            + self.otherServers(settings, repository, gateway, live, program, plugins)
            + self.reloads(settings, file, live, gateway, repository, plugins, hangUps)
        try await RunningServices.run(services + [http], drain: .seconds(self.drainTime))
    }

    private func httpServer(
        _ gateway: Gateway, _ repository: ModelRepository, _ settings: ServerSettings, _ live: LiveSettings,
        _ program: ProgramTelemetry?, logger: Logger
    ) -> HTTPServer {
        let (host, scheme) = (self.address(settings), live.tls == nil ? "http" : "https")
        var http = HTTPServer(models: gateway, logger: logger)
        (http.host, http.port) = (host, self.port ?? settings.httpPort ?? 8000)
        (http.access, http.gate, http.liveLimits, http.tls) = (live.access, live.gate, live.limits, live.tls)
        http.telemetry = program?.telemetry
        http.metricsPath = program?.metricsPath
        http.otherRoutes = [KServeRoutes(repository: repository, limits: live.limits, version: Version.current)]
        http.onListening = { port in
            Console.note(
                "Listening on \(scheme)://\(host):\(port); models: \(gateway.visibleNames.joined(separator: ", "))")
        }
        return http
    }

    /// The servers of the repository's other ports.
    private func otherServers(
        _ settings: ServerSettings, _ repository: ModelRepository, _ gateway: Gateway, _ live: LiveSettings,
        _ program: ProgramTelemetry?, _ plugins: PluginHost
    ) throws -> [any Service] {
        let (host, suffix) = (self.address(settings), live.tls == nil ? "" : "s")
        var services: [any Service] = []
        if let port = settings.metricsPort {
            var metrics = MetricsServer(repository: repository, logger: RunningServices.logger)
            (metrics.host, metrics.port, metrics.access) = (host, port, live.access)
            (metrics.limits, metrics.tls) = (live.limits, live.tls)
            metrics.onListening = { Console.note("Metrics on http\(suffix)://\(host):\($0)/metrics") }
            services.append(metrics)
        }
        if let port = settings.grpcPort {
            var grpc = GRPCInferenceServer(repository: repository, version: Version.current)
            (grpc.host, grpc.port, grpc.models) = (host, port, gateway)
            (grpc.access, grpc.gate, grpc.tls) = (live.access, live.gate, live.tls)
            grpc.backlog = settings.limits.connections
            (grpc.beginTime, grpc.readTime) = (settings.limits.patience.headTime, settings.limits.patience.readTime)
            grpc.telemetry = program?.telemetry
            if let program { grpc.logger = program.logger }
            grpc.pipelines = try ServedPipelines(settings.pipelines, on: gateway, plugins, program?.telemetry)
            grpc.onListening = { Console.note("Listening on grpc\(suffix)://\(host):\($0)") }
            services.append(grpc)
        }
        return services
    }

    /// What reads the configuration and certificates again; nothing where there are none.
    private func reloads(
        _ settings: ServerSettings, _ file: ServedConfiguration?, _ live: LiveSettings, _ gateway: Gateway,
        _ repository: ModelRepository, _ plugins: PluginHost, _ hangUps: UnixSignalsSequence?
    ) -> [any Service] {
        guard let hangUps else { return [] }
        return [
            gateway.laterServices,
            ConfigurationReload(
                path: self.config, options: self.serving, started: settings, startedFile: file, live: live,
                gateway: gateway, repository: repository, plugins: plugins, signals: hangUps),
        ]
    }

    private func address(_ settings: ServerSettings) -> String { self.host ?? settings.host ?? "127.0.0.1" }

    /// The models of the configuration, or the one of the options; none where only others were asked for.
    private func gateway(
        _ configuration: GatewayConfiguration?, _ plugins: PluginHost, _ telemetry: Telemetry?, isOptional: Bool,
        logger: Logger
    ) async throws -> Gateway {
        if let configuration { return try Gateway(configuration: configuration, telemetry: telemetry, logger: logger) }
        if isOptional, self.model.isLeftAlone || ModelArgument.alias(self.model.model) != nil {
            return Gateway(models: [])
        }
        let model = try await self.model.open(plugins: plugins).adapter
        guard let telemetry else {
            let usage = UsageLedger()
            let accounted = model.wrapped(in: [Accounting(usage, model: model.name)])
            return Gateway(models: [(model.name, accounted)], usage: usage)
        }
        return Gateway(watching: model, as: self.model.identity(of: model.name), telemetry: telemetry)
    }
}
