// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import Foundation
internal import LLMCore
public import MultimodalInputs
internal import Synchronization

/// Takes inputs from a stream of a bus, and acknowledges each when nothing more can become of it: what a process that dies had
/// not finished comes again to the next one of the name.
public final class DurableInputs: Sendable {
    private struct State {
        var consumer: (any EventConsumer)?
        /// What was taken and not acknowledged, by its place in the stream.
        var open: [Int: EventDelivery] = [:]
        /// What is to be acknowledged.
        var settled: [EventDelivery] = []
    }

    private static let batch = 16
    private static let patience = Duration.seconds(2)
    private static let pause = Duration.seconds(1)
    /// How often acknowledgements are tried when nothing more comes; what is not acknowledged comes again.
    private static let lastTries = 3

    private let pattern: EventPattern
    private let bus: any EventBus
    private let name: String
    private let deadline: Duration
    private let onNotice: @Sendable (any Error) -> Void
    private let state = Mutex(State())
    private let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - pattern: The subjects.
    ///   - bus: The bus, whose stream of the subjects is made where there is none.
    ///   - name: The reader's name: of those with the same name each input goes to one, and who comes later goes on.
    ///   - deadline: After how long without a sign of life others get what is under way.
    ///   - onNotice: Told why the bus cannot be used; it is tried again.
    public init(
        _ pattern: EventPattern, of bus: any EventBus, as name: String, deadline: Duration = .seconds(30),
        onNotice: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.pattern = pattern
        self.bus = bus
        self.name = name
        self.deadline = deadline
        self.onNotice = onNotice
    }

    /// Opens the stream, so that nothing that is told from now on is missed.
    ///
    /// - Throws: `EventError`, as where the bus keeps no streams.
    public func prepare() async throws { _ = try await self.consumer() }

    private func consumer() async throws -> any EventConsumer {
        if let consumer = self.state.withLock({ $0.consumer }) { return consumer }
        // The queue and the windows bound how many are under way; a bound here might keep back what would end a window.
        let consumer = try await self.bus.stream(.keeping(self.pattern)).consumer(
            EventConsumerConfiguration(
                self.name, acknowledgementDeadline: self.deadline, maximumUnacknowledged: 1_000_000, takesBytes: true))
        self.state.withLock { $0.consumer = consumer }
        return consumer
    }

    // MARK: - Taking

    /// Takes inputs until the task is cancelled, or nothing new has come for a while; a queue that is full makes it wait.
    ///
    /// - Parameters:
    ///   - queue: Where they go.
    ///   - idle: After how long without a new one it ends; nil for never.
    ///   - onFailure: Told why one could not be taken, with its subject; what it throws ends this.
    /// - Throws: What `onFailure` throws; `CancellationError`.
    public func run(
        into queue: InputQueue, untilIdle idle: Duration? = nil,
        onFailure: @Sendable (String, any Error) async throws -> Void
    ) async throws {
        var last = ContinuousClock.now
        while idle.map({ ContinuousClock.now - last < $0 }) ?? true {
            try Task.checkCancellation()
            do {
                let consumer = try await self.consumer()
                let waiting = idle.map { min($0, Self.patience) } ?? Self.patience
                for delivery in try await consumer.next(Self.batch, waiting: waiting) {
                    // What comes again while it is under way is nothing new.
                    if try await self.take(delivery, from: consumer, into: queue, onFailure) { last = .now }
                }
            } catch let error as EventError {
                self.onNotice(error)
                self.state.withLock { $0.consumer = nil }
                try await ContinuousClock().sleep(for: Self.pause)
            }
        }
    }

    /// Takes an input.
    ///
    /// - Returns: Whether it was not under way already.
    private func take(
        _ delivery: EventDelivery, from consumer: any EventConsumer, into queue: InputQueue,
        _ onFailure: (String, any Error) async throws -> Void
    ) async throws -> Bool {
        let place = delivery.stored.sequence
        // What comes again while it is under way is acknowledged by its last delivery.
        let isNew = self.state.withLock { $0.open.updateValue(delivery, forKey: place) == nil }
        guard isNew else { return false }
        let arrival = Int64((delivery.stored.time.timeIntervalSince1970 * 1e9).rounded())
        do {
            var event = try InputEvent(delivery.event, arrival: arrival)
            event.receipt = InputReceipt { [weak self] in self?.settle(place) }
            try await queue.push(event)
        } catch let error as MultimodalError where [.queueFull, .queueClosed].contains(error.code) {
            self.state.withLock { state in _ = state.open.removeValue(forKey: place) }
            try await consumer.giveBack(delivery, after: Self.pause)
        } catch let error as MultimodalError {
            try await onFailure("\(delivery.event.subject)", error)
            self.settle(place)
        }
        return true
    }

    // MARK: - Acknowledging

    private func settle(_ place: Int) {
        self.state.withLock { state in
            if let delivery = state.open.removeValue(forKey: place) { state.settled.append(delivery) }
        }
        self.signal.yield()
    }

    /// Says that nothing more will be settled.
    public func finish() { self.signal.finish() }

    /// Acknowledges what is settled, and keeps the bus from giving others what is under way, until ``finish()``.
    ///
    /// - Throws: `CancellationError`.
    public func acknowledge() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.extend() }
            for await _ in self.signals { try await self.tell(tries: .max) }
            try await self.tell(tries: Self.lastTries)
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func tell(tries: Int) async throws {
        for _ in 0..<tries {
            let settled = self.state.withLock { state in
                defer { state.settled = [] }
                return state.settled
            }
            guard !settled.isEmpty else { return }
            do {
                return try await self.consumer().acknowledge(settled)
            } catch let error as EventError {
                self.onNotice(error)
                self.state.withLock { $0.settled = settled + $0.settled }
                try await ContinuousClock().sleep(for: Self.pause)
            }
        }
    }

    /// Begins the time of what is under way anew, again and again.
    private func extend() async throws {
        while true {
            try await ContinuousClock().sleep(for: self.deadline / 3)
            let open = self.state.withLock { $0.open.values.sorted { $0.stored.sequence < $1.stored.sequence } }
            do {
                let consumer = try await self.consumer()
                for delivery in open { try await consumer.extend(delivery) }
            } catch let error as EventError {
                self.onNotice(error)
            }
        }
    }
}
