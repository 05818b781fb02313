// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A clock on which whoever sleeps waits until the test moves it, so that a test decides who wins a race.
public final class HeldClock: Clock {
    /// A moment of this clock.
    public typealias Instant = ManualClock.Instant

    private struct Sleeper {
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var arrivals = 0
        var sleepers: [Int: Sleeper] = [:]
        /// Tests that wait for sleepers, with the number they wait for.
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Makes a clock.
    public init() {}

    /// The current moment.
    public var now: Instant { Instant(offset: self.state.withLock { $0.now }) }

    /// One nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Moves the clock and wakes those whose time has come.
    public func advance(by duration: Duration) {
        let woken = self.state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Waits until so many tasks sleep on this clock.
    public func waitForSleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = self.state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.observers.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Waits until the clock is moved to the deadline.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = self.state.withLock { state in
            state.arrivals += 1
            return state.arrivals
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                self.enter(id, Sleeper(deadline: deadline.offset, continuation: $0))
            }
        } onCancel: {
            self.state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(
                throwing: CancellationError())
        }
    }

    private func enter(_ id: Int, _ sleeper: Sleeper) {
        enum Fate { case sleeps([CheckedContinuation<Void, Never>]), cancelled, due }
        let fate = self.state.withLock { state -> Fate in
            if Task.isCancelled { return .cancelled }
            if sleeper.deadline <= state.now { return .due }
            state.sleepers[id] = sleeper
            let count = state.sleepers.count
            let seen = state.observers.filter { $0.count <= count }.map(\.continuation)
            state.observers.removeAll { $0.count <= count }
            return .sleeps(seen)
        }
        switch fate {
        case .sleeps(let observers): for observer in observers { observer.resume() }
        case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
        case .due: sleeper.continuation.resume()
        }
    }
}
