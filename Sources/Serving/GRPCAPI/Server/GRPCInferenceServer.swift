// SPDX-License-Identifier: Apache-2.0

package import AccessControl
internal import EventLoops
internal import GRPCCore
internal import GRPCNIOTransportHTTP2
package import Logging
package import ModelGateway
internal import NIOCore
package import Observability
package import ServerTLS
internal import ServiceLifecycle
package import ServingCore

/// The gRPC server: KServe v2 with Triton's extensions, `autoglm.v1`, and gRPC's own health and reflection.
package struct GRPCInferenceServer: Service {
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    package var port = 8001
    /// The most bytes of a request.
    package var maximumRequestBytes = 64 << 20
    /// How many clients that come together wait to be accepted.
    package var backlog = 4096
    /// What connections are encrypted with; nil encrypts nothing.
    package var tls: TLSContexts?
    /// How long the first bytes of a connection may take, and until both sides agree on encryption.
    package var beginTime = Duration.seconds(15)
    /// How long a client may take nothing of what waits for it; then its call ends.
    package var readTime = Duration.seconds(30)
    /// Told the port when the server listens.
    package var onListening: @Sendable (_ port: Int) async -> Void = { _ in }
    /// Who is let in; nil lets in everybody.
    package var access: AccessGuard?
    /// Language models, which `autoglm.v1` serves beside the repository.
    package var models = Gateway(models: [])
    /// Pipelines that clients may run; nil for none.
    package var pipelines: (any PipelineRunning)?
    /// Watches calls; nil watches nothing.
    package var telemetry: Telemetry?
    /// Is told of calls that are watched.
    package var logger = Logger(label: "autoglm.grpc")
    /// Bounds how much is done at a time; nil does not.
    package var gate: RequestGate?
    /// How many calls a connection may have open.
    private static let mostStreams = 4096
    private let repository: ModelRepository
    private let version: String

    /// Makes a server that does not run yet.
    ///
    /// - Parameters:
    ///   - repository: The models.
    ///   - version: The server's version, as it tells it.
    package init(repository: ModelRepository, version: String) {
        self.repository = repository
        self.version = version
    }

    /// Serves until it is cancelled or shut down gracefully; then calls in progress end.
    ///
    /// - Throws: The transport's error when the address cannot be listened on.
    package func run() async throws {
        let connections = LiveConnections()
        let transport = self.transport(connections)
        let server = GRPCServer(
            transport: transport,
            services: [
                InferenceService(repository: self.repository, version: self.version),
                AutoGLMService(models: self.models, repository: self.repository, pipelines: self.pipelines),
                HealthService(repository: self.repository), ReflectionService(index: try DescriptorIndex.served()),
            ],
            interceptors: self.interceptors)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.serve(server, connections) }
            let address = await transport.listeningAddress
            if let port = address?.ipv4?.port ?? address?.ipv6?.port { await self.onListening(port) }
            try await group.waitForAll()
        }
    }

    /// Serves until the server is told to end.
    ///
    /// A transport that is cancelled forgets calls that come meanwhile: freed before their streams are closed, they would end the
    /// process. So its task is not cancelled, but its connections are closed, after which it has nothing to wait for.
    private static func serve(
        _ server: GRPCServer<HTTP2ServerTransport.Custom<GRPCListener>>, _ connections: LiveConnections
    ) async throws {
        defer { connections.close() }
        let serving = Task(executorPreference: EventLoopsExecutor()) { try await server.serve() }
        do {
            try await withTaskCancellationHandler {
                try await withGracefulShutdownHandler {
                    try await serving.value
                } onGracefulShutdown: {
                    server.beginGracefulShutdown()
                }
            } onCancel: {
                server.beginGracefulShutdown()
                connections.close()
            }
        } catch let error as RuntimeError where error.code == .serverIsStopped {
            // It was told to end before it began.
        }
    }

    private func transport(_ connections: LiveConnections) -> HTTP2ServerTransport.Custom<GRPCListener> {
        let listener = GRPCListener(
            host: self.host, port: self.port, backlog: self.backlog, tls: self.tls, handshakeTime: self.beginTime)
        var configuration = HTTP2ServerTransport.Custom<GRPCListener>.Config.defaults
        configuration.rpc.maxRequestPayloadSize = self.maximumRequestBytes
        configuration.compression.enabledAlgorithms = .all
        configuration.http2.maxConcurrentStreams = Self.mostStreams
        configuration.connection.keepalive.time = .seconds(60)
        configuration.channelDebuggingCallbacks.onAcceptTCPConnection = { [beginTime, readTime] channel in
            connections.add(channel)
            return SlowReaders.watch(channel, beginTime: beginTime, readTime: readTime)
        }
        let turns = self.access == nil ? ImmediateTurns(self.immediateInference) : nil
        configuration.channelDebuggingCallbacks.onAcceptHTTP2Stream = { [maximumRequestBytes] stream in
            stream.eventLoop.makeCompletedFuture {
                let pipeline = stream.pipeline.syncOperations
                if let turns {
                    try pipeline.addHandler(ImmediateCalls(turns), position: .first)
                } else {
                    try SlowReaders.watch(stream)
                }
                try pipeline.addHandler(InflatedCalls(maximumBytes: maximumRequestBytes), position: .first)
            }
        }
        return HTTP2ServerTransport.Custom(listenerFactory: listener, config: configuration)
    }

    /// Who answers brief calls at once; whoever is asked for keys asks the services.
    private var immediateInference: ImmediateInference {
        ImmediateInference(
            repository: self.repository, gate: self.gate, telemetry: self.telemetry, log: RequestLog(self.logger))
    }

    /// What surrounds each call, the outermost first: refusals are in traces, and who may not call takes no place.
    private var interceptors: [any ServerInterceptor] {
        var interceptors: [any ServerInterceptor] = []
        if let telemetry { interceptors.append(TracingInterceptor(telemetry: telemetry, log: RequestLog(self.logger))) }
        if let access { interceptors.append(AccessInterceptor(access: access)) }
        if let gate { interceptors.append(OverloadInterceptor(gate: gate)) }
        interceptors.append(LongCalls())
        return interceptors
    }
}
