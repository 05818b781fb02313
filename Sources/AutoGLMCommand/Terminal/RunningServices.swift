// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import ServiceLifecycle

/// Runs services until a signal comes; then they finish what they do.
enum RunningServices {
    /// Warnings and errors on stderr.
    static let logger: Logger = {
        var logger = Logger(label: "autoglm", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        return logger
    }()

    /// Runs services until one ends or a signal comes; the others are then asked to finish.
    ///
    /// - Parameter drain: How long they may take; after that they are cancelled.
    static func run(_ services: [any Service], drain: Duration) async throws {
        let (requests, stop) = AsyncStream<Never>.makeStream()
        let all: [any Service] = services + [StopRequest(requests: requests)]
        var configuration = ServiceGroupConfiguration(
            services: all.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            logger: self.logger)
        configuration.maximumGracefulShutdownDuration = drain
        let group = ServiceGroup(configuration: configuration)
        // A signal cancels the command's task; the services run in one of their own, so that they are asked to stop instead.
        let running = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            stop.finish()
        }
    }
}

/// A service whose end is the wish that all others end, too.
private struct StopRequest: Service {
    let requests: AsyncStream<Never>

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in self.requests {} }
    }
}
