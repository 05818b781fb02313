// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import LLMCore
public import MultimodalInputs
internal import Synchronization

/// Takes inputs from a bus as they are told: what is told while nobody takes them, or faster than they are taken, is lost.
public struct LiveInputs: Sendable {
    private static let buffer = 64
    private static let look = Duration.milliseconds(50)

    private let pattern: EventPattern
    private let subscription: EventSubscription

    /// Subscribes from now on.
    ///
    /// - Throws: `EventError`.
    public init(_ pattern: EventPattern, of bus: any EventBus) async throws {
        self.pattern = pattern
        self.subscription = try await bus.subscribe(
            pattern, SubscriptionOptions(buffer: Self.buffer, whenFull: .dropOldest, takesBytes: true))
    }

    /// How many were lost because they came faster than they were taken.
    public var droppedCount: Int { self.subscription.droppedCount }

    /// Takes inputs until the bus ends, the task is cancelled, or nothing new has come for a while; a queue that is full makes
    /// it wait.
    ///
    /// - Parameters:
    ///   - queue: Where they go.
    ///   - idle: After how long without a new one it ends; nil for never.
    ///   - onFailure: Told why one could not be taken, with its subject; what it throws ends this.
    /// - Throws: What the bus or `onFailure` throws; `CancellationError`.
    public func run(
        into queue: InputQueue, untilIdle idle: Duration? = nil,
        onFailure: @escaping @Sendable (String, any Error) async throws -> Void
    ) async throws {
        let last = Mutex(ContinuousClock.now)
        _ = try await race(against: {
            while idle.map({ limit in last.withLock { ContinuousClock.now - $0 < limit } }) ?? true {
                try await ContinuousClock().sleep(for: idle == nil ? .seconds(3_600) : Self.look)
            }
        }) { [subscription] in
            for try await event in subscription {
                do {
                    try await queue.push(InputEvent(event, arrival: SystemTime.nanoseconds))
                } catch let error as MultimodalError {
                    try await onFailure("\(event.subject)", error)
                }
                last.withLock { $0 = .now }
            }
        }
    }
}
