// SPDX-License-Identifier: Apache-2.0

package import AccessControl
internal import Hummingbird
internal import LLMCore
public import Logging
public import ModelGateway
internal import NIOCore
public import Observability
package import ServerTLS
public import ServiceLifecycle

/// The HTTP server: the protocols of OpenAI, Anthropic and Ollama over any model.
///
/// It is a `Service`: a graceful shutdown lets requests in progress end and accepts no others.
public struct HTTPServer: Service {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    public var port = 8000
    /// How much a client may ask; setting it makes ``liveLimits`` anew.
    public var limits: ServerLimits {
        get { self.liveLimits.current }
        set { self.liveLimits = LiveLimits(newValue) }
    }
    /// The same, which whoever holds it may change while the server runs.
    package var liveLimits = LiveLimits()
    /// What connections are encrypted with; nil encrypts nothing, and then HTTP/1.1 is spoken.
    package var tls: TLSContexts?
    /// Told the port when the server listens.
    public var onListening: @Sendable (_ port: Int) async -> Void = { _ in }
    /// Watches requests; nil watches nothing.
    public var telemetry: Telemetry?
    /// The path under which Prometheus finds the metrics; nil does not show them.
    public var metricsPath: String? = "/metrics"
    /// Who is let in; nil lets in everybody.
    package var access: AccessGuard?
    /// Bounds how much is done at a time; nil does not.
    package var gate: RequestGate?
    /// Routes of other protocols, on the same port.
    package var otherRoutes: [any HTTPRoutes] = []
    private let models: Gateway
    private let clock: ReplyClock
    private let logger: Logger

    /// Makes a server that does not run yet.
    ///
    /// - Parameters:
    ///   - models: What it serves.
    ///   - clock: Gives replies their time and their identifier.
    ///   - logger: Is told of failures of the server's own.
    public init(models: Gateway, clock: ReplyClock = ReplyClock(), logger: Logger) {
        self.models = models
        self.clock = clock
        self.logger = logger
    }

    /// Serves until it is cancelled or shut down gracefully.
    ///
    /// - Throws: The system's error when the address cannot be listened on.
    public func run() async throws {
        let onListening = self.onListening
        let application = Application(
            responder: self.routes.buildResponder(),
            server: .clients(self.liveLimits, self.tls, atOnce: self.immediateReplies),
            configuration: .clients(host: self.host, port: self.port, self.liveLimits, logger: self.logger),
            onServerRunning: { [together = self.limits.acceptedTogether] channel in
                // Under load a turn of the event loop takes long; clients who came before it would wait for many of them.
                try? await channel.setOption(.maxMessagesPerRead, value: together).get()
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: self.logger)
        try await application.run()
    }

    /// What there is, and who answers.
    private var routes: Router<BasicRequestContext> {
        let router = Router()
        if self.models.hasSources { router.add(middleware: ExposureReplies()) }
        if let watch = self.requestWatch {
            let quietPaths: Set<String> = ["/health", self.metricsPath ?? "/health"]
            router.add(middleware: RequestTelemetry(watch: watch, quietPaths: quietPaths))
        }
        router.add(middleware: ErrorReplies())
        if let access { router.add(middleware: AccessMiddleware(access, metricsPath: self.metricsPath)) }
        if let gate { router.add(middleware: OverloadMiddleware(gate, metricsPath: self.metricsPath)) }
        router.add(middleware: DeadlineMiddleware())
        if let telemetry { self.showMetrics(router, telemetry) }
        router.add(middleware: LongRequests())
        let chat = ChatRoute(models: self.models, clock: self.clock, limits: self.liveLimits)
        let embeddings = EmbeddingsRoute(models: self.models, limits: self.liveLimits)
        let models = ModelsRoute(models: self.models, started: self.clock.seconds())
        router.route(.post, "v1/chat/completions") { request, _ in try await chat.respond(to: request) }
        let completions = CompletionsRoute(models: self.models, clock: self.clock, limits: self.liveLimits)
        let responses = ResponsesRoute(models: self.models, clock: self.clock, limits: self.liveLimits)
        router.route(.post, "v1/completions") { request, _ in try await completions.respond(to: request) }
        router.route(.post, "v1/responses") { request, _ in try await responses.respond(to: request) }
        router.route(.post, "v1/embeddings") { request, _ in try await embeddings.respond(to: request) }
        router.route(.get, "v1/models") { _, _ in models.list() }
        router.route(.get, "v1/models/**") { _, context in
            try models.one(named: context.parameters.getCatchAll().joined(separator: "/"))
        }
        MessagesRoutes(models: self.models, clock: self.clock, limits: self.liveLimits).add(to: router)
        OllamaRoutes(models: self.models, clock: self.clock, limits: self.liveLimits).add(to: router)
        let usage = UsageRoute(models: self.models)
        router.route(.get, "v1/usage") { _, _ in usage.report() }
        router.route(.get, "health") { _, _ in .json { $0.value(["status": "ok"]) } }
        for routes in self.otherRoutes { routes.add(to: router) }
        return router
    }

    /// What watches requests; nil watches nothing.
    private var requestWatch: RequestWatch? {
        self.telemetry.map { telemetry in
            RequestWatch(
                telemetry: telemetry, log: RequestLog(self.logger), scheme: self.tls == nil ? "http" : "https")
        }
    }

    /// Shows what was measured.
    private func showMetrics(_ router: Router<BasicRequestContext>, _ telemetry: Telemetry) {
        guard let metricsPath else { return }
        let metrics = MetricsRoute(metrics: telemetry.metrics)
        router.route(.get, RouterPath(stringLiteral: metricsPath)) { request, _ in await metrics.respond(to: request) }
    }

    /// What is answered before any task hears of it; nothing where keys must be looked at first.
    private var immediateReplies: ImmediateReplies? {
        let routes = self.access == nil ? self.otherRoutes.flatMap(\.immediate) : []
        guard !routes.isEmpty else { return nil }
        return ImmediateReplies(
            routes: routes, gate: self.gate, watch: self.requestWatch, dates: DateHeader(self.clock.seconds))
    }
}
