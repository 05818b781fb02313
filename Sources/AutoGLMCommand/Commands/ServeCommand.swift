// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import ArgumentParser
internal import HTTPAPI
internal import LLMCore
internal import ModelFacade
internal import ModelGateway
internal import NIOCore
internal import TensorKernels

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

    func validate() throws {
        guard 0...65535 ~= self.port else { throw ValidationError("--port is \(self.port); it must be 0 to 65535.") }
        guard self.drainTime >= 0 else {
            throw ValidationError("--drain-time is \(self.drainTime); it must be 0 or more.")
        }
    }

    func run() async throws {
        // As many event loops as processors that this process may use: more would only wait for each other.
        NIOSingletons.groupLoopCountSuggestion = WorkerPool.availableProcessors
        let gateway = try await self.gateway()
        var server = HTTPServer(models: gateway, logger: RunningServices.logger)
        server.host = self.host
        server.port = self.port
        server.onListening = { [host] port in
            Console.note("Listening on http://\(host):\(port); models: \(gateway.names.joined(separator: ", "))")
        }
        // The last one is asked to stop first: what it still answers is accounted for.
        try await RunningServices.run(gateway.services + [server], drain: .seconds(self.drainTime))
    }

    /// The models of the configuration, or the one of the options.
    private func gateway() async throws -> Gateway {
        guard let config else {
            let model = try await self.model.open().adapter
            let usage = UsageLedger()
            let accounted = model.wrapped(in: [Accounting(usage, model: model.name)])
            return Gateway(models: [(model.name, accounted)], usage: usage)
        }
        let configuration = try GatewayConfiguration(
            yaml: InputFile.text(path: config), file: config, environment: Settings.environment)
        return try Gateway(configuration: configuration, logger: RunningServices.logger)
    }
}
