// SPDX-License-Identifier: Apache-2.0

package import AccessControl
package import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
package import ServerTLS
internal import ServiceLifecycle
package import ServingCore

/// Tells what models have done, in Prometheus's text form, at `GET /metrics`.
package struct MetricsServer: Service {
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one.
    package var port = 8002
    /// Told the port when the server listens.
    package var onListening: @Sendable (_ port: Int) async -> Void = { _ in }
    /// Who is let in; nil lets in everybody.
    package var access: AccessGuard?
    /// How much a client may ask, and how fast it has to be.
    package var limits = LiveLimits()
    /// What connections are encrypted with; nil encrypts nothing.
    package var tls: TLSContexts?
    private let repository: ModelRepository
    private let logger: Logger

    /// Makes a server that does not run yet.
    package init(repository: ModelRepository, logger: Logger) {
        self.repository = repository
        self.logger = logger
    }

    /// Serves until it is cancelled or shut down gracefully.
    ///
    /// - Throws: The system's error when the address cannot be listened on.
    package func run() async throws {
        let (repository, onListening) = (self.repository, self.onListening)
        let router = Router()
        router.add(middleware: ErrorReplies())
        if let access { router.add(middleware: AccessMiddleware(access, metricsPath: "/metrics")) }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.mediaType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusText.text(for: repository.allModels))))
        }
        let application = Application(
            responder: router.buildResponder(), server: .clients(self.limits, self.tls),
            configuration: .clients(host: self.host, port: self.port, self.limits, logger: self.logger),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) }, logger: self.logger)
        try await application.run()
    }
}
