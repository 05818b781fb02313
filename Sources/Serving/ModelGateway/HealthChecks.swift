// SPDX-License-Identifier: Apache-2.0

internal import AdapterMiddleware
internal import ServiceLifecycle
internal import Synchronization

/// Asks the replicas of a model again and again whether they are well.
final class HealthChecks: Service {
    let model: BalancedModel
    private let pause: Duration
    private let time: Timekeeper
    private let isOver = Atomic(false)
    /// How long a replica may take to say that it is well.
    private static let patience = Duration.seconds(5)

    init(model: BalancedModel, pause: Duration, time: Timekeeper) {
        (self.model, self.pause, self.time) = (model, pause, time)
    }

    /// Asks no more, from the next time on.
    func end() { self.isOver.store(true, ordering: .relaxed) }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled, !self.isOver.load(ordering: .relaxed) {
                do {
                    try await self.model.checkReplicas(within: Self.patience)
                    try await self.time.sleep(for: self.pause)
                } catch is CancellationError { return }
            }
        }
    }
}
