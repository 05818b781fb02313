// SPDX-License-Identifier: Apache-2.0

/// Removes old runs now and then, by a policy.
public struct RunPruner: Sendable {
    private let store: any RunStore
    private let policy: RetentionPolicy
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let onEvent: @Sendable (Result<PruningReport, any Error>) -> Void

    /// Prepares to remove runs.
    ///
    /// - Parameters:
    ///   - store: Where the runs are.
    ///   - policy: Which are removed.
    ///   - interval: How long it waits after each time.
    ///   - clock: Measures that.
    ///   - onEvent: Told what was removed each time, or what kept it from being removed.
    public init(
        store: any RunStore, policy: RetentionPolicy, interval: Duration = .seconds(600),
        clock: any Clock<Duration> = ContinuousClock(),
        onEvent: @escaping @Sendable (Result<PruningReport, any Error>) -> Void = { _ in }
    ) {
        self.store = store
        self.policy = policy
        self.interval = interval
        self.clock = clock
        self.onEvent = onEvent
    }

    /// Removes runs at once, and again after each interval, until the task is cancelled; what fails is tried again then.
    public func run() async {
        while !Task.isCancelled {
            await self.prune()
            try? await self.clock.sleep(for: self.interval)
        }
    }

    /// Removes runs once.
    public func prune() async {
        do { self.onEvent(.success(try await self.store.prune(self.policy))) } catch { self.onEvent(.failure(error)) }
    }
}
