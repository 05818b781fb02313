// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Does runs and their steps within something, such as the spans of a trace.
///
/// A runner without any (``PipelineRunner/surroundings``) spends nothing on it. Steps that were done in an earlier attempt to
/// run are not done again, and so not surrounded.
public protocol RunSurroundings: Sendable {
    /// Does a run.
    ///
    /// - Parameters:
    ///   - id: The run's name.
    ///   - pipeline: The pipeline's name.
    ///   - work: What is to be done, once.
    /// - Returns: What the work gives.
    /// - Throws: What the work throws.
    func surround(
        run id: String, of pipeline: String, _ work: () async throws -> JSONValue
    ) async throws -> JSONValue

    /// Does what a worker does for a run that it took from a queue: the run itself, in one attempt.
    ///
    /// - Parameters:
    ///   - lease: What it took.
    ///   - work: What is to be done, once.
    /// - Returns: What the work gives.
    func surround(lease: RunLease, _ work: () async -> (any Error)?) async -> (any Error)?

    /// Does a step, all attempts included.
    ///
    /// - Parameters:
    ///   - step: Which step.
    ///   - work: What is to be done, once.
    /// - Returns: What the work gives.
    /// - Throws: What the work throws.
    func surround(
        step: StepCall, _ work: () async throws -> [String: JSONValue]
    ) async throws -> [String: JSONValue]

    /// Does what a model has called a tool for, within its step.
    ///
    /// - Parameters:
    ///   - call: The tool's name and what the model asks of it.
    ///   - work: What is to be done, once; what it throws is told to the model.
    /// - Returns: What the work gives.
    /// - Throws: What the work throws.
    func surround(tool call: ToolCall, _ work: () async throws -> JSONValue) async throws -> JSONValue
}

extension RunSurroundings {
    /// Does it within nothing.
    public func surround(lease: RunLease, _ work: () async -> (any Error)?) async -> (any Error)? { await work() }

    /// Does it within nothing.
    public func surround(tool call: ToolCall, _ work: () async throws -> JSONValue) async throws -> JSONValue {
        try await work()
    }
}

extension Execution {
    /// Does a run within the runner's surroundings.
    func surrounded(_ pipeline: String, _ work: () async throws -> JSONValue) async throws -> JSONValue {
        guard let surroundings = self.runner.surroundings else { return try await work() }
        return try await surroundings.surround(run: self.runID, of: pipeline, work)
    }

    /// Does a step within the runner's surroundings.
    func surrounded(
        _ step: StepCall, _ work: () async throws -> [String: JSONValue]
    ) async throws -> [String: JSONValue] {
        guard let surroundings = self.runner.surroundings else { return try await work() }
        return try await surroundings.surround(step: step, work)
    }

    /// Does what a model has called a tool for within the runner's surroundings.
    func surrounded(_ call: ToolCall, _ work: () async throws -> JSONValue) async throws -> JSONValue {
        guard let surroundings = self.runner.surroundings else { return try await work() }
        return try await surroundings.surround(tool: call, work)
    }
}
