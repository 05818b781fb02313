// SPDX-License-Identifier: Apache-2.0

internal import DequeModule
internal import LLMCore
internal import Synchronization

/// Events between whoever publishes and one reader: bounded, and of one policy for what is too much.
package final class EventBuffer: Sendable {
    /// What became of an event.
    enum Outcome {
        /// It waits for the reader, was dropped as the policy has it, or the subscription has ended.
        case done
        /// There is no room, and whoever publishes waits.
        case full
    }

    private struct Publisher {
        var number: Int
        var event: Event
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var events = Deque<Event>()
        var reader: CheckedContinuation<Void, Never>?
        var publishers = Deque<Publisher>()
        var nextPublisher = 0
        var hasEnded = false
        var error: (any Error)?
    }

    /// What is called once, when the subscription ends for whatever reason.
    private let onEnd = Mutex<(@Sendable () -> Void)?>(nil)
    private let state = Mutex(State())
    /// Whether the reader has something to look at: events, or the end.
    private let isReady = Atomic(false)
    private let dropped = Atomic(0)
    private let name: String
    let capacity: Int
    let policy: FullBufferPolicy
    private let takesBytes: Bool

    /// Makes an empty buffer.
    ///
    /// - Parameters:
    ///   - name: The subjects wanted, for messages.
    ///   - options: Its size and policy.
    package init(_ name: String, _ options: SubscriptionOptions) {
        self.name = name
        self.capacity = max(1, options.buffer)
        self.policy = options.whenFull
        self.takesBytes = options.takesBytes
    }

    /// Sets what is done when the subscription ends, once; it is done now where the subscription has ended already.
    package func onEnd(_ work: @escaping @Sendable () -> Void) {
        self.onEnd.withLock { $0 = work }
        if self.state.withLock({ $0.hasEnded }) { self.onEnd.withLock { $0.take() }?() }
    }

    var droppedCount: Int { self.dropped.load(ordering: .relaxed) }

    /// Whether there is room for an event.
    var hasRoom: Bool { self.state.withLock { !$0.hasEnded && $0.events.count < self.capacity } }

    // MARK: - Publishers

    /// Puts an event in without waiting, as the policy has it.
    ///
    /// - Returns: Whether whoever publishes must wait.
    func offer(_ event: Event) -> Outcome {
        guard event.bytes == nil || self.takesBytes else { return .done }
        var reader: CheckedContinuation<Void, Never>?
        var isOverrun = false
        let outcome = self.state.withLock { state -> Outcome in
            guard !state.hasEnded else { return .done }
            guard state.events.count < self.capacity else {
                switch self.policy {
                case .suspend: return .full
                case .dropNewest: self.dropped.add(1, ordering: .relaxed)
                case .dropOldest:
                    self.dropped.add(1, ordering: .relaxed)
                    _ = state.events.popFirst()
                    state.events.append(event)
                case .fail: isOverrun = true
                }
                return .done
            }
            state.events.append(event)
            if state.events.count == 1 { self.isReady.store(true, ordering: .releasing) }
            reader = state.reader.take()
            return .done
        }
        reader?.resume()
        if isOverrun {
            self.end(
                EventError(
                    .overrun,
                    "A subscriber of '\(self.name)' fell too far behind; read faster or give it a larger buffer."))
        }
        return outcome
    }

    /// Puts an event in without waiting, from where nobody can wait.
    package func put(_ event: Event) { _ = self.offer(event) }

    /// Puts an event in as soon as there is room.
    ///
    /// - Throws: `CancellationError`; the event is not delivered then.
    func waitToOffer(_ event: Event) async throws {
        let number = self.state.withLock { state in
            state.nextPublisher += 1
            return state.nextPublisher
        }
        let isDone = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let publisher = Publisher(number: number, event: event, continuation: continuation)
                if let answer = self.wait(publisher) { continuation.resume(returning: answer) }
            }
        } onCancel: {
            self.forget(number)
        }
        if !isDone { throw CancellationError() }
    }

    /// Lets a publisher wait.
    ///
    /// - Returns: Whether its event has found its place; nil where the publisher waits.
    private func wait(_ publisher: Publisher) -> Bool? {
        if Task.isCancelled { return false }
        var reader: CheckedContinuation<Void, Never>?
        let answer = self.state.withLock { state -> Bool? in
            if state.hasEnded { return true }
            guard state.events.count < self.capacity, state.publishers.isEmpty else {
                state.publishers.append(publisher)
                return nil
            }
            state.events.append(publisher.event)
            self.isReady.store(true, ordering: .releasing)
            reader = state.reader.take()
            return true
        }
        reader?.resume()
        // A cancellation that came before the publisher was in line has not found it.
        if answer == nil, Task.isCancelled { self.forget(publisher.number) }
        return answer
    }

    private func forget(_ number: Int) {
        let continuation = self.state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let index = state.publishers.firstIndex(where: { $0.number == number }) else { return nil }
            return state.publishers.remove(at: index).continuation
        }
        continuation?.resume(returning: false)
    }

    // MARK: - The reader

    /// Takes everything that waits, and waits where nothing does; a reader that is cancelled gets what waits, and then the end.
    ///
    /// - Parameters:
    ///   - taken: What was taken, empty before; its memory is used again.
    ///   - spin: How long to look before sleeping.
    /// - Returns: Whether something was taken; otherwise the subscription has ended.
    /// - Throws: What ended the subscription.
    func take(into taken: inout Deque<Event>, _ spin: inout SpinTime) async throws -> Bool {
        while true {
            // Publishers may be so fast that the reader never sleeps.
            if Task.isCancelled { self.end() }
            if let hasTaken = try self.takeReady(into: &taken) { return hasTaken }
            if spin.look(for: { self.isReady.load(ordering: .acquiring) }) { continue }
            let start = ContinuousClock.now
            await self.sleep()
            spin.slept(ContinuousClock.now - start)
        }
    }

    /// Takes everything that waits.
    ///
    /// - Returns: Whether something was taken, or the subscription has ended; nil where neither is so yet.
    private func takeReady(into taken: inout Deque<Event>) throws -> Bool? {
        var admitted = [CheckedContinuation<Bool, Never>]()
        // One look at both, so that nothing that comes before the end is passed over.
        let (hasEnded, error) = self.state.withLock { state -> (Bool, (any Error)?) in
            guard !state.events.isEmpty else {
                defer { state.error = nil }
                return (state.hasEnded, state.error)
            }
            swap(&state.events, &taken)
            while state.events.count < self.capacity, let publisher = state.publishers.popFirst() {
                state.events.append(publisher.event)
                admitted.append(publisher.continuation)
            }
            self.isReady.store(!state.events.isEmpty || state.hasEnded, ordering: .releasing)
            return (false, nil)
        }
        for continuation in admitted { continuation.resume(returning: true) }
        if let error { throw error }
        return taken.isEmpty ? (hasEnded ? false : nil) : true
    }

    private func sleep() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = self.state.withLock { state in
                    guard state.events.isEmpty, !state.hasEnded else { return true }
                    state.reader = continuation
                    return false
                }
                if isAwake { continuation.resume() } else if Task.isCancelled { self.end() }
            }
        } onCancel: {
            self.end()
        }
    }

    // MARK: - The end

    /// Ends the subscription after what waits; once it has ended nothing changes any more.
    package func end(_ error: (any Error)? = nil) {
        var reader: CheckedContinuation<Void, Never>?
        var publishers = Deque<Publisher>()
        let isFirst = self.state.withLock { state in
            guard !state.hasEnded else { return false }
            state.hasEnded = true
            state.error = error
            reader = state.reader.take()
            swap(&publishers, &state.publishers)
            self.isReady.store(true, ordering: .releasing)
            return true
        }
        guard isFirst else { return }
        // A subscription that has ended holds nobody up.
        for publisher in publishers { publisher.continuation.resume(returning: true) }
        self.onEnd.withLock { $0.take() }?()
        reader?.resume()
    }
}
