// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Somebody who waits for a call, until it has ended or they were cancelled.
final class PendingCall: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<PluginReply, any Error>)
        case over
    }

    private let state = Mutex(State.new)

    /// Waits for what `begin` starts and ``finish(_:)`` ends; returns at once when the task is cancelled.
    func wait(begin: () throws -> Void) async throws -> PluginReply {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard self.begin(continuation) else { return }
                do { try begin() } catch { self.finish(.failure(error)) }
            }
        } onCancel: {
            self.finish(.failure(CancellationError()))
        }
    }

    /// Whether anybody still waits.
    var isWanted: Bool { self.state.withLock { if case .waiting = $0 { true } else { false } } }

    /// Begins to wait; false, and ended, if the task was cancelled already.
    private func begin(_ continuation: CheckedContinuation<PluginReply, any Error>) -> Bool {
        let begins = self.state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
        if !begins { continuation.resume(throwing: CancellationError()) }
        return begins
    }

    /// Ends the wait, if nothing else has.
    func finish(_ result: Result<PluginReply, any Error>) {
        let waiting = self.state.withLock { state -> CheckedContinuation<PluginReply, any Error>? in
            defer { state = .over }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }
}
