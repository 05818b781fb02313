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
        let group = self.group(services + [StopRequest(requests: requests)], drain: drain)
        // A signal cancels the command's task; the services run in one of their own, so that they are asked to stop instead.
        let running = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            stop.finish()
        }
    }

    /// Does something while services run; they finish what they do after it, also where it fails or is cancelled.
    ///
    /// - Parameter drain: How long they may take; after that they are cancelled.
    static func run<Value>(
        _ services: [any Service], during work: () async throws -> Value, drain: Duration = .seconds(10)
    ) async throws -> Value {
        guard !services.isEmpty else { return try await work() }
        let (requests, stop) = AsyncStream<Never>.makeStream()
        let group = self.group(services + [StopRequest(requests: requests)], drain: drain)
        // In a task of its own: a signal, which cancels the work, must not keep them from finishing.
        let running = Task { try await group.run() }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        stop.finish()
        try await running.value
        return try outcome.get()
    }

    private static func group(_ services: [any Service], drain: Duration) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            logger: self.logger)
        configuration.maximumGracefulShutdownDuration = drain
        return ServiceGroup(configuration: configuration)
    }
}

/// A service whose end is the wish that all others end, too.
private struct StopRequest: Service {
    let requests: AsyncStream<Never>

    func run() async throws {
        await cancelWhenGracefulShutdown { for await _ in self.requests {} }
    }
}
