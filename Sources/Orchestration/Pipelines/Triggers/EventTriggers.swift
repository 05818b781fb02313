// SPDX-License-Identifier: Apache-2.0

public import EventMessaging
internal import LLMCore

/// Begins runs for events: one for each event's identifier, however many processes share the store and the bus.
///
/// Events wait in a stream of the bus for their runs. An event is acknowledged when its run is stored and in line; a process
/// that dies before leaves it to others, who find the run by the event's identifier (``RunStore/create(_:inputs:for:)``).
public struct EventTriggers: Sendable {
    /// Something that a trigger does.
    public enum Notice: Sendable {
        /// A run is in line; nothing was done where an earlier delivery of the event had begun it.
        case began(run: String, event: Event, trigger: String)
        /// An event cannot begin a run, and is passed over.
        case refused(event: Event, trigger: String, error: any Error)
        /// The bus or the store cannot be used, and is tried again.
        case failed(trigger: String, error: any Error)
    }

    private let triggers: [RunTrigger]
    private let bus: any EventBus
    private let store: any RunStore
    private let queue: any RunQueue
    private let pause: Duration
    private let onNotice: @Sendable (Notice) -> Void

    private static let batch = 64
    private static let patience = Duration.seconds(2)

    /// Makes the triggers.
    ///
    /// - Parameters:
    ///   - triggers: What begins with which events.
    ///   - bus: Where the events come from.
    ///   - store: Where the runs are kept.
    ///   - queue: Where they wait for a worker.
    ///   - pause: How long to wait after a failure of the bus, the store or the queue.
    ///   - onNotice: Told what is done.
    public init(
        _ triggers: [RunTrigger], bus: any EventBus, store: any RunStore, queue: any RunQueue,
        pause: Duration = .seconds(1), onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
    ) {
        self.triggers = triggers
        self.bus = bus
        self.store = store
        self.queue = queue
        self.pause = pause
        self.onNotice = onNotice
    }

    /// Opens the streams, so that no event that is told from now on is missed.
    ///
    /// - Throws: `EventError`, as where subjects overlap with those of another stream.
    public func prepare() async throws {
        for trigger in self.triggers { _ = try await self.consumer(of: trigger) }
    }

    /// Begins runs until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for trigger in self.triggers { group.addTask { await self.run(trigger) } }
        }
    }

    private func consumer(of trigger: RunTrigger) async throws -> any EventConsumer {
        try await self.bus.stream(trigger.stream).consumer(trigger.consumer)
    }

    private func run(_ trigger: RunTrigger) async {
        while !Task.isCancelled {
            do {
                let consumer = try await self.consumer(of: trigger)
                while true {
                    try await self.begin(consumer.next(Self.batch, waiting: Self.patience), of: trigger, consumer)
                    try Task.checkCancellation()
                }
            } catch is CancellationError {
                return
            } catch {
                self.onNotice(.failed(trigger: trigger.name, error: error))
                try? await ContinuousClock().sleep(for: self.pause)
            }
        }
    }

    private func begin(
        _ deliveries: [EventDelivery], of trigger: RunTrigger, _ consumer: any EventConsumer
    ) async throws {
        var failure: (any Error)?
        for delivery in deliveries {
            do {
                try Task.checkCancellation()
                try await self.begin(delivery, of: trigger, consumer)
            } catch {
                // The events after it may have their runs nevertheless.
                await self.giveBack(delivery, of: trigger, consumer, error)
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// Gives an event back, so that others need not wait for the deadline; ever later, and not for ever.
    private func giveBack(
        _ delivery: EventDelivery, of trigger: RunTrigger, _ consumer: any EventConsumer, _ error: any Error
    ) async {
        if delivery.deliveries >= RunTrigger.maximumDeliveries, !(error is CancellationError) {
            self.onNotice(.refused(event: delivery.event, trigger: trigger.name, error: error))
            try? await consumer.discard(delivery)
        } else {
            try? await consumer.giveBack(delivery, after: self.pause * (1 << min(max(0, delivery.deliveries - 1), 6)))
        }
    }

    private func begin(_ delivery: EventDelivery, of trigger: RunTrigger, _ consumer: any EventConsumer) async throws {
        let event = delivery.event
        let inputs: [String: JSONValue]
        do { inputs = try trigger.inputs(for: event) } catch {
            self.onNotice(.refused(event: event, trigger: trigger.name, error: error))
            return try await consumer.discard(delivery)
        }
        let (run, isNew) = try await self.store.create(
            trigger.source, inputs: inputs, for: RunOccasion(trigger: trigger.name, event: event))
        // A run that was stored before and is still queued may have been left out of the line; there it is once.
        let isQueued = isNew ? true : try await self.store.run(run).summary.state == .queued
        if isQueued {
            try await self.queue.enqueue(
                RunTicket(run, tenant: trigger.tenant, priority: trigger.priority, trace: event.headers.trace))
        }
        try await consumer.acknowledge(delivery)
        if isNew { self.onNotice(.began(run: run, event: event, trigger: trigger.name)) }
    }
}
