// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

/// Rings at the earliest of the times that it was set to, once.
final class Alarm: Sendable {
    private struct State {
        /// The time, or `.max` for none.
        var due = UInt64.max
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Makes the alarm ring at that time, or before.
    func set(_ time: UInt64) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard time < state.due else { return nil }
            state.due = time
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Ends ``run(_:ring:)``.
    func close() {
        let waiter = self.state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Rings until the alarm is closed or the task is cancelled.
    func run(_ clock: ServingClock, ring: () -> Void) async {
        while let due = await self.change(from: .max) {
            let now = clock.now
            if now < due {
                let isEarlier = try? await race(against: { try await clock.sleep(for: due - now) }) {
                    await self.change(from: due) != nil
                }
                if Task.isCancelled { return }
                if isEarlier == true { continue }
            }
            self.state.withLock { if $0.due <= due { $0.due = .max } }
            ring()
        }
    }

    /// Waits until the time is another one than that; nil when the alarm is closed or the task is cancelled.
    private func change(from seen: UInt64) async -> UInt64? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isChanged = self.state.withLock { state in
                    if state.due != seen || state.isClosed || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isChanged { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
        return self.state.withLock { $0.isClosed || Task.isCancelled ? nil : $0.due }
    }
}
