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

/// What a task of its own reads, unless a wait is over first: one race for all elements, since one for each costs many times
/// as much as the element.
///
/// Elements that nobody has taken yet are kept, however many. A reader that is cancelled sees the end of the stream.
/// - Parameters:
///   - wait: Returns when the time is over.
///   - isOver: The error that then ends the stream.
///   - read: Gives the elements; it must end when its task is cancelled.
package func relayed<Element: Sendable>(
    against wait: @escaping @Sendable () async throws -> Void, isOver: @escaping @Sendable () -> any Error,
    _ read: @escaping @Sendable (_ give: @Sendable (Element) -> Void) async throws -> Void
) -> AsyncThrowingStream<Element, any Error> {
    AsyncThrowingStream { continuation in
        let task = Task {  // ends with the stream, which cancels it
            do {
                let isComplete: Void? = try await race(against: wait) { try await read { continuation.yield($0) } }
                continuation.finish(throwing: isComplete == nil ? isOver() : nil)
            } catch { continuation.finish(throwing: error) }
        }
        continuation.onTermination = { _ in task.cancel() }
    }
}
