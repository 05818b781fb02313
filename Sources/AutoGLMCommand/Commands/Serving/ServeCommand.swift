// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import GRPCAPI
internal import HTTPAPI
internal import KServeHTTP
internal import LLMCore
internal import Logging
internal import ModelFacade
internal import ModelGateway
internal import ServiceLifecycle
internal import ServingCore

/// `autoglm serve`: models for other programs.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve models: OpenAI's protocol over HTTP, KServe v2 (Triton's) over HTTP and gRPC.",
        discussion: """
            Example:
              autoglm serve --port 8000
              curl http://127.0.0.1:8000/v1/chat/completions -d '{"model": "smollm2", "messages": [{"role": "user", \
            "content": "Hello"}]}'
              autoglm serve --model-repository Examples/models
              curl http://127.0.0.1:8000/v2/models/add_sub

            Without --config, one local model is served under the name that --model has; without --config but with \
            --model-repository, only the repository is. SIGTERM or Ctrl-C lets the answers in progress end; the second one \
            ends the program at once.
            """)

    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Repository") var serving: ServingOptions

    @Option(
        help: "A file (autoglm.yaml) with the models to serve, what wraps around each, and the server's own settings.")
    var config: String?

    @Option(help: "The address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(parsing: .unconditional, help: "The port to listen on (default: 8000); 0 takes a free one, and tells it.")
    var port: Int?

    @Option(parsing: .unconditional, help: "How many seconds answers in progress may take after a request to end.")
    var drainTime = 30

    func validate() throws {
        guard 0...65535 ~= self.port ?? 0 else {
            throw ValidationError("--port is \(self.port ?? 0); it must be 0 to 65535.")
        }
        guard self.drainTime >= 0 else {
            throw ValidationError("--drain-time is \(self.drainTime); it must be 0 or more.")
        }
    }

    func run() async throws {
        let yaml = try self.config.map { try InputFile.text(path: $0) }
        let file = try yaml.map { try ServerSettings(yaml: $0, file: self.config ?? "") } ?? ServerSettings()
        let settings = self.serving.applied(to: file)
        let gateway = try await self.gateway(yaml, hasRepository: !settings.repository.folders.isEmpty)
        let repository = try await self.repository(settings, gateway)
        let host = self.host ?? settings.host ?? "127.0.0.1"
        // The last is stopped first: requests in progress still find their models.
        var services: [any Service] = [repository]
        if let port = settings.metricsPort {
            var metrics = MetricsServer(repository: repository, logger: RunningServices.logger)
            (metrics.host, metrics.port) = (host, port)
            metrics.onListening = { Console.note("Metrics on http://\(host):\($0)/metrics") }
            services.append(metrics)
        }
        if let port = settings.grpcPort {
            var grpc = GRPCInferenceServer(repository: repository, version: Version.current)
            (grpc.host, grpc.port) = (host, port)
            grpc.onListening = { Console.note("Listening on grpc://\(host):\($0)") }
            services.append(grpc)
        }
        var http = HTTPServer(models: gateway, logger: RunningServices.logger)
        (http.host, http.port) = (host, self.port ?? settings.httpPort ?? 8000)
        http.otherRoutes = [KServeRoutes(repository: repository, limits: http.limits, version: Version.current)]
        http.onListening = { port in
            Console.note("Listening on http://\(host):\(port); models: \(gateway.names.joined(separator: ", "))")
        }
        try await RunningServices.run(services + [http], drain: .seconds(self.drainTime))
    }

    /// The models of the configuration, or the one of the options; none where only a repository was asked for.
    private func gateway(_ yaml: String?, hasRepository: Bool) async throws -> Gateway {
        guard let yaml else {
            if hasRepository, self.model.isLeftAlone { return Gateway(models: []) }
            let model = try await self.model.open().adapter
            return Gateway(models: [(model.name, model)])
        }
        let configuration = try GatewayConfiguration(
            yaml: yaml, file: self.config ?? "", environment: Settings.environment, otherParts: [ServerSettings.key])
        return try Gateway(configuration: configuration)
    }

    /// The models of the repository, and those of the gateway as text that goes in and out.
    private func repository(_ settings: ServerSettings, _ gateway: Gateway) async throws -> ModelRepository {
        var logger = RunningServices.logger
        logger.logLevel = .info
        let backend = LanguageModelBackend { try gateway.model(named: $0) }
        let repository = ModelRepository(settings.repository, backends: [backend], logger: logger)
        for name in gateway.names {
            // A name that no path can have is served by OpenAI's protocol alone.
            guard let configuration = try? LanguageModelBackend.configuration(named: name) else { continue }
            let source = ModelSource(configuration: configuration, version: 1, folder: "")
            repository.add(try await backend.load(source), configuration: configuration)
        }
        return repository
    }
}
