// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Lets one at a time work on what has a name.
final class NameLocks: Sendable {
    /// Who waits for a name that is worked on.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Works on a name, after those who came before.
    func holding<Value>(_ name: String, _ work: () async throws -> Value) async rethrows -> Value {
        await withCheckedContinuation { continuation in
            let isFree = self.waiting.withLock { waiting in
                guard waiting[name] != nil else {
                    waiting[name] = []
                    return true
                }
                waiting[name]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        defer { self.release(name) }
        return try await work()
    }

    private func release(_ name: String) {
        let next = self.waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            guard var queue = waiting[name], !queue.isEmpty else {
                waiting[name] = nil
                return nil
            }
            let next = queue.removeFirst()
            waiting[name] = queue
            return next
        }
        next?.resume()
    }
}
