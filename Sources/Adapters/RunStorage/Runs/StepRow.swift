// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
internal import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A recorded step as a row of the table `steps`.
struct StepRow: Sendable {
    private let step: RecordedStep
    private let outputs: StoredValue?

    /// Prepares what is stored of a step.
    init(_ step: RecordedStep) {
        self.step = step
        if case .finished(let outputs, _) = step.outcome {
            self.outputs = StoredValue(JSONValue(sorted: outputs))
        } else {
            self.outputs = nil
        }
    }

    /// Whether a value is stored besides the row.
    var isShared: Bool { self.outputs?.hash != nil }

    /// Stores the step.
    func insert(in database: Database, run: Int64) throws {
        try self.outputs?.store(in: database)
        var (usage, failure) = (TokenUsage?.none, RunFailure?.none)
        switch self.step.outcome {
        case .finished(_, let counted): usage = counted
        case .failed(let code, let message): failure = RunFailure(code: code, message: message)
        }
        try database.cachedStatement(sql: Self.insertion).execute(arguments: [
            run, self.step.call.key.rawValue, self.step.position, self.step.call.uses, self.step.call.effect.rawValue,
            self.outputs?.text, self.outputs?.hash, usage?.promptTokens, usage?.completionTokens,
            usage?.cachedPromptTokens, failure?.code, failure?.message, self.step.endedAt.timeIntervalSince1970,
            self.step.duration / .seconds(1),
        ])
    }

    /// The outcome in a row of ``selectOutcome`` or ``selectSteps``.
    static func outcome(_ row: Row) throws -> StepOutcome {
        if let code: String = try row.value("failure_code", as: String?.self) {
            return .failed(code: code, message: try row.value("failure_message"))
        }
        return .finished(
            outputs: try StoredValue.parse(row.value("outputs")).members,
            usage: try row.value("prompt_tokens", as: Int?.self).map { prompt in
                TokenUsage(
                    promptTokens: prompt, completionTokens: try row.value("completion_tokens"),
                    cachedPromptTokens: try row.value("cached_prompt_tokens"))
            })
    }

    /// The step in a row of ``selectSteps``.
    static func step(_ row: Row) throws -> RecordedStep {
        RecordedStep(
            call: StepCall(
                StepKey(rawValue: try row.value("key")), uses: try row.value("uses"),
                effect: StepEffect(rawValue: try row.value("effect")) ?? .outside),
            position: try row.value("position"), outcome: try Self.outcome(row),
            endedAt: Date(timeIntervalSince1970: try row.value("ended_at")),
            duration: .seconds(try row.value("seconds", as: Double.self)))
    }

    private static let outcomeColumns = """
        \(StoredValue.text(of: "outputs")) AS outputs, prompt_tokens, completion_tokens, cached_prompt_tokens, failure_code,
        failure_message
        """

    /// One step's outcome, by run and key.
    static let selectOutcome = "SELECT \(Self.outcomeColumns) FROM steps WHERE run = ? AND key = ?"

    /// A run's steps by the run's name, first position and number.
    static let selectSteps = """
        SELECT key, position, uses, effect, ended_at, seconds, \(Self.outcomeColumns) FROM steps
        WHERE run = (SELECT number FROM runs WHERE id = ?) AND position >= ? ORDER BY position LIMIT ?
        """

    private static let insertion = """
        INSERT INTO steps (run, key, position, uses, effect, outputs, outputs_hash, prompt_tokens, completion_tokens,
            cached_prompt_tokens, failure_code, failure_message, ended_at, seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
}
