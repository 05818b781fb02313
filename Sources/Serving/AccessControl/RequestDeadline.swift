// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Until when whoever asks waits for the answer.
package struct RequestDeadline: Sendable {
    /// That of the request which is being answered; nil where nobody said.
    @TaskLocal package static var current: RequestDeadline?

    private let end: ContinuousClock.Instant

    /// A time from now.
    package init(after time: Duration) { self.end = .now + time }

    /// How long it is until then.
    ///
    /// - Throws: ``LLMError`` with code `.deadlineExceeded` where it is over.
    package var timeLeft: Duration {
        get throws {
            let left = ContinuousClock.now.duration(to: self.end)
            guard left > .zero else { throw Self.error }
            return left
        }
    }

    /// Does work, unless the time is over first; then the work is cancelled.
    ///
    /// - Throws: ``LLMError`` with code `.deadlineExceeded`, and what the work throws.
    package func limit<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let end = self.end
        let value = try await race(against: { try await Task.sleep(until: end, clock: .continuous) }, work)
        guard let value else { throw Self.error }
        return value
    }

    private static var error: LLMError {
        LLMError(.deadlineExceeded, "The answer was not there in the time that the request gave it.")
    }
}
