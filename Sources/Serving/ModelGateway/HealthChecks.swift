// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import ServiceLifecycle

/// Asks the replicas of a model again and again whether they are well.
struct HealthChecks: Service {
    let model: BalancedModel
    let pause: Duration
    let time: Timekeeper
    /// How long a replica may take to say that it is well.
    private static let patience = Duration.seconds(5)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.model.checkReplicas(within: Self.patience)
                    try await self.time.sleep(for: self.pause)
                } catch is CancellationError { return }
            }
        }
    }
}
