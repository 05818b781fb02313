// SPDX-License-Identifier: Apache-2.0

/// Does work unless a wait is over first; what comes second is cancelled and waited for.
///
/// - Parameters:
///   - wait: Returns when the time is over.
///   - work: What is done; it must end when its task is cancelled.
/// - Returns: What the work gave, or nil when the time was over first.
/// - Throws: What is thrown by the one that ends first.
package func race<Value: Sendable>(
    against wait: @escaping @Sendable () async throws -> Void, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try await wait()
            return nil
        }
        return try await group.next() ?? nil
    }
}
