// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import LLMCore
internal import Synchronization

/// A bounded queue between many sources and one reader, which gets events in the order in which they happened.
public final class InputQueue: Sendable {
    /// What the queue has done.
    public struct Statistics: Sendable, Hashable {
        /// How many events wait.
        public var waiting: Int
        /// How many were dropped because they came too late.
        public var lateDropped: Int
        /// How many were dropped for want of room.
        public var fullDropped: Int
    }

    private struct State {
        var order: InputOrder
        var reader: CheckedContinuation<Void, Never>?
        var writers = Deque<(id: Int, continuation: CheckedContinuation<Void, Never>)>()
        var nextWriter = 0
        var cancelledWriters = Set<Int>()
        var isFinished = false

        /// Who is to be woken now that room may have come.
        mutating func takeWriters() -> [CheckedContinuation<Void, Never>] {
            guard !self.writers.isEmpty, self.isFinished || !self.order.isFull else { return [] }
            defer { self.writers.removeAll() }
            return self.writers.map(\.continuation)
        }
    }

    /// How events are put in order.
    public let settings: InputOrderSettings
    private let state: Mutex<State>
    private let now: @Sendable () -> Int64

    /// Makes a queue.
    ///
    /// - Parameters:
    ///   - settings: How events are put in order.
    ///   - now: The time in nanoseconds since 1970; nil for the system's clock.
    public init(_ settings: InputOrderSettings, now: (@Sendable () -> Int64)? = nil) {
        self.settings = settings
        self.state = Mutex(State(order: InputOrder(settings)))
        self.now = now ?? { SystemTime.nanoseconds }
    }

    /// What the queue has done.
    public var statistics: Statistics {
        self.state.withLock {
            Statistics(
                waiting: $0.order.count, lateDropped: $0.order.lateDropped, fullDropped: $0.order.fullDropped)
        }
    }

    // MARK: - In

    /// Takes an event without waiting.
    ///
    /// - Returns: What became of it; `.full` where it was not taken because others wait for room.
    /// - Throws: ``MultimodalError`` with code `.queueFull` where a full queue refuses, `.late` where late events are
    ///   refused, `.invalidEvent` for a time to come, `.queueClosed` after ``finish()``.
    @discardableResult
    public func offer(_ event: InputEvent) throws -> InputOrder.Insertion {
        let arrival = self.now()
        let (insertion, reader) = try self.state.withLock { state in
            guard !state.isFinished else {
                throw MultimodalError(.queueClosed, "The queue takes no more events.")
            }
            let insertion = try state.order.insert(event, arrival: arrival)
            if insertion == .full, self.settings.whenFull == .refuse {
                throw MultimodalError(
                    .queueFull,
                    "The queue holds \(state.order.count) events of \(state.order.bytes) bytes, as many as it may; raise its capacity or read faster."
                )
            }
            defer { state.reader = nil }
            return (insertion, state.reader)
        }
        reader?.resume()
        return insertion
    }

    /// Takes an event, waiting for room where the settings say so.
    ///
    /// - Throws: What ``offer(_:)`` throws; `CancellationError`.
    @discardableResult
    public func push(_ event: InputEvent) async throws -> InputOrder.Insertion {
        while true {
            try Task.checkCancellation()
            let insertion = try self.offer(event)
            guard insertion == .full else { return insertion }
            await self.waitForRoom()
        }
    }

    private func waitForRoom() async {
        let id = self.state.withLock { state in
            state.nextWriter += 1
            return state.nextWriter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = self.state.withLock { state in
                    if state.cancelledWriters.remove(id) != nil || state.isFinished || !state.order.isFull {
                        return true
                    }
                    state.writers.append((id, continuation))
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let continuation = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let index = state.writers.firstIndex(where: { $0.id == id }) else {
                    state.cancelledWriters.insert(id)
                    return nil
                }
                return state.writers.remove(at: index).continuation
            }
            continuation?.resume()
        }
        _ = self.state.withLock { $0.cancelledWriters.remove(id) }
    }

    /// Waits for a source that has told nothing yet, until it counts as silent.
    public func expect(_ source: String) {
        let now = self.now()
        self.state.withLock { $0.order.expect(source, now: now) }
    }

    /// Says that no more events come; the reader gets those that wait.
    public func finish() {
        let waiting = self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isFinished = true
            state.order.release()
            defer { state.reader = nil }
            return state.takeWriters() + [state.reader].compactMap { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Stops waiting for sources that have been silent for long; whoever reads live sources calls it now and then.
    public func tick() {
        let now = self.now()
        let reader = self.state.withLock { state in
            state.order.tick(now: now)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    // MARK: - Out

    /// Gives out events that are ready, without waiting.
    ///
    /// - Parameter limit: At most so many.
    public func ready(upTo limit: Int) -> [InputEvent] {
        let (events, writers) = self.state.withLock { state in
            var events: [InputEvent] = []
            while events.count < limit, let event = state.order.next() { events.append(event) }
            return (events, state.takeWriters())
        }
        for writer in writers { writer.resume() }
        return events
    }

    /// Waits for the next event in order; nil when the queue is finished and empty, or the task was cancelled.
    ///
    /// One task reads at a time.
    public func next() async -> InputEvent? {
        while !Task.isCancelled {
            let (event, isOver, writers) = self.state.withLock { state in
                let event = state.order.next()
                return (event, state.isFinished && event == nil, state.takeWriters())
            }
            for writer in writers { writer.resume() }
            if event != nil || isOver { return event }
            await self.waitForEvent()
        }
        return nil
    }

    private func waitForEvent() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A second reader takes the first one's place, which looks again by itself.
                let waiting = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                    if state.isFinished || Task.isCancelled || state.order.hasNext { return continuation }
                    defer { state.reader = continuation }
                    return state.reader
                }
                waiting?.resume()
            }
        } onCancel: {
            let reader = self.state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }
    }
}
