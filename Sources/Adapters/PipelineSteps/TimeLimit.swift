// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

extension PipelineError.Code where Domain == PipelineDomain {
    /// A step took longer than it may.
    public static var timedOut: Self { "timed-out" }
}

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
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else {
            throw PipelineError(.timedOut, "\(problem): more than \(limit).")
        }
        return value
    }
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
