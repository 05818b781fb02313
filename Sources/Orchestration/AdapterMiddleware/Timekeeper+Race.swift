// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Timekeeper {
    /// Runs work for a limited time, after which it is cancelled and waited for.
    ///
    /// - Returns: nil when the time was over first.
    package func race<Value: Sendable>(
        _ duration: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        guard duration > .zero else { return nil }
        return try await LLMCore.race(against: { try await self.sleep(for: duration) }, body)
    }
}
