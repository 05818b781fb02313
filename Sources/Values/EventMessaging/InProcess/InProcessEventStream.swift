// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A stream in memory.
final class InProcessEventStream: EventStream {
    private struct State {
        var entries: StreamEntries
        var consumers: [String: ConsumerProgress] = [:]
        var readers: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextReader = 0
        /// How often something has happened that may give a reader an event.
        var changes = 0
        var isRemoved = false

        /// Takes note of a change.
        ///
        /// - Returns: The readers to wake.
        mutating func changed() -> [CheckedContinuation<Void, Never>] {
            defer { self.readers.removeAll() }
            self.changes += 1
            return Array(self.readers.values)
        }
    }

    let configuration: EventStreamConfiguration
    private let state: Mutex<State>
    private let publish: @Sendable (Event, InProcessEventStream) async throws -> StreamReceipt

    /// Makes an empty stream of a bus.
    init(_ configuration: EventStreamConfiguration, bus: InProcessEventBus) {
        self.configuration = configuration
        self.state = Mutex(State(entries: StreamEntries(configuration)))
        self.publish = { [weak bus] event, stream in
            guard let bus else { throw EventError.busClosed }
            return try await bus.append(event, to: stream)
        }
    }

    // MARK: - Keeping

    /// Keeps an event that was published.
    @discardableResult
    func keep(_ event: Event) -> StreamReceipt {
        let (receipt, readers) = self.state.withLock { state in
            (state.entries.append(event, at: Date()), state.changed())
        }
        for reader in readers { reader.resume() }
        return receipt
    }

    func append(_ events: [Event]) async throws -> [StreamReceipt] {
        for event in events where !self.configuration.subjects.contains(where: { $0.matches(event.subject) }) {
            throw EventError.foreignSubject(event.subject, in: self.configuration.name)
        }
        var receipts: [StreamReceipt] = []
        for event in events { receipts.append(try await self.publish(event, self)) }
        return receipts
    }

    func state() async throws -> EventStreamState {
        try self.withState { state in
            state.entries.drop(Date())
            return state.entries.state
        }
    }

    func read(from start: EventStreamStart, matching pattern: EventPattern?, limit: Int) async throws -> [StoredEvent] {
        try self.withState { state in
            state.entries.drop(Date())
            var sequence = state.entries.sequence(of: start)
            var found: [StoredEvent] = []
            while found.count < limit, let entry = state.entries.entry(sequence) {
                sequence += 1
                guard entry.event.bytes == nil, pattern?.matches(entry.event.subject) ?? true else { continue }
                found.append(entry)
            }
            return found
        }
    }

    /// Ends: consumers find no stream any more.
    func remove() {
        let readers = self.state.withLock { state in
            state.isRemoved = true
            return state.changed()
        }
        for reader in readers { reader.resume() }
    }

    private func withState<Value: Sendable>(_ work: (inout State) throws -> Value) throws -> Value {
        try self.state.withLock { state in
            guard !state.isRemoved else { throw EventError.unknownStream(self.configuration.name) }
            return try work(&state)
        }
    }

    // MARK: - Consumers

    func consumer(_ configuration: EventConsumerConfiguration) async throws -> any EventConsumer {
        try configuration.check()
        try self.withState { state in
            if let known = state.consumers[configuration.name] {
                guard known.configuration == configuration else {
                    throw EventError.conflictingConsumer(configuration.name, of: self.configuration.name)
                }
                return
            }
            state.consumers[configuration.name] = ConsumerProgress(
                configuration, from: state.entries.sequence(of: configuration.start))
        }
        return InProcessEventConsumer(configuration, stream: self)
    }

    func removeConsumer(_ name: String) async throws -> Bool {
        try self.withState { $0.consumers.removeValue(forKey: name) != nil }
    }

    /// Takes what is to be delivered to a consumer.
    ///
    /// - Returns: The deliveries, how many changes they come after, and when the first of what waits is delivered again.
    func take(
        _ maximum: Int, for consumer: String
    ) throws -> (taken: [EventDelivery], changes: Int, due: Date?) {
        try self.update(consumer) { progress, state in
            let taken = progress.take(maximum, of: state.entries, at: Date())
            return (taken, state.changes, progress.nextDue)
        }
    }

    /// Changes what a consumer waits for, and wakes those who may get something by that.
    func change(_ consumer: String, _ work: (inout ConsumerProgress) -> Void) throws {
        let readers = try self.update(consumer) { progress, state in
            work(&progress)
            return state.changed()
        }
        for reader in readers { reader.resume() }
    }

    private func update<Value: Sendable>(
        _ consumer: String, _ work: (inout ConsumerProgress, inout State) -> Value
    ) throws -> Value {
        try self.withState { state in
            guard var progress = state.consumers[consumer] else {
                throw EventError.unknownConsumer(consumer, of: self.configuration.name)
            }
            state.entries.drop(Date())
            defer { state.consumers[consumer] = progress }
            return work(&progress, &state)
        }
    }

    /// Waits until something has happened since a reader looked.
    ///
    /// - Parameter changes: How many changes there had been then.
    func waitForChange(after changes: Int) async {
        let number = self.state.withLock { state in
            state.nextReader += 1
            return state.nextReader
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = self.state.withLock { state in
                    guard state.changes == changes, !state.isRemoved, !Task.isCancelled else {
                        return true
                    }
                    state.readers[number] = continuation
                    return false
                }
                if isOver { continuation.resume() } else if Task.isCancelled { self.wake(number) }
            }
        } onCancel: {
            self.wake(number)
        }
    }

    private func wake(_ number: Int) { self.state.withLock { $0.readers.removeValue(forKey: number) }?.resume() }
}

extension EventError {
    /// What is said where an event is not a stream's.
    package static func foreignSubject(_ subject: EventSubject, in stream: String) -> EventError {
        EventError(.unknownStream, "The stream '\(stream)' does not keep '\(subject)'; add it to its subjects.")
    }

    /// What is said where there is no such stream.
    package static func unknownStream(_ name: String) -> EventError {
        EventError(.unknownStream, "There is no stream '\(name)' any more; open it again.")
    }

    /// What is said where there is no such consumer.
    package static func unknownConsumer(_ name: String, of stream: String) -> EventError {
        EventError(.unknownStream, "The stream '\(stream)' has no consumer '\(name)' any more; open it again.")
    }

    /// What is said where a consumer is not as it is asked for.
    package static func conflictingConsumer(_ name: String, of stream: String) -> EventError {
        EventError(
            .conflictingStream,
            "The stream '\(stream)' has a consumer '\(name)' with other settings; ask for the same, or remove it first."
        )
    }
}
