// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

/// Does work that ends when its task is cancelled, in a limited time.
///
/// - Parameters:
///   - limit: How long it may take.
///   - problem: What the error says when that was not enough.
/// - Throws: ``PipelineError`` with code `.timedOut`, or what the work throws.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration, _ problem: String, clock: some Clock<Duration> = ContinuousClock(),
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let value = try await race(against: { try await clock.sleep(for: limit) }, work) else {
        throw PipelineError(.timedOut, "\(problem): more than \(limit).")
    }
    return value
}

extension StaticInputs {
    /// What is wrong with a `time_limit` that is known before running.
    var timeLimitProblem: Problem? {
        guard let seconds = self.literals["time_limit"]?.numberValue, !(seconds > 0 && seconds <= 3_600) else {
            return nil
        }
        return Problem("time_limit", "'time_limit' is \(seconds); it must be above 0 and at most 3600.")
    }
}
