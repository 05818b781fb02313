// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines
internal import PostgresConnections
internal import RunStorage

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A step as a row of the table `autoglm_run_steps`.
struct StepRow: Sendable {
    private let call: StepCall
    private let position: Int
    /// What the step gave.
    let outputs: StoredValue?
    private let usage: TokenUsage?
    private let failure: RunFailure?
    private let duration: Duration

    /// Prepares what is stored of a step.
    init(_ call: StepCall, _ outcome: StepOutcome, position: Int, took duration: Duration) {
        self.call = call
        self.position = position
        self.duration = duration
        switch outcome {
        case .finished(let outputs, let usage):
            (self.outputs, self.usage, self.failure) = (StoredValue(JSONValue(sorted: outputs)), usage, nil)
        case .failed(let code, let message):
            (self.outputs, self.usage, self.failure) = (nil, nil, RunFailure(code: code, message: message))
        }
    }

    /// The values of ``insertionOfHolder`` and ``insertionOfAnswer``.
    ///
    /// - Parameters:
    ///   - run: The run's number.
    ///   - identity: Its holder, or its name.
    func values(_ run: JSONValue, _ identity: JSONValue) -> [JSONValue] {
        let usage = [self.usage?.promptTokens, self.usage?.completionTokens, self.usage?.cachedPromptTokens]
        return [
            run, identity, .string(self.call.key.rawValue), .integer(self.position), .string(self.call.uses),
            .string(self.call.effect.rawValue), self.outputs?.ownText ?? .null, self.outputs?.key ?? .null,
        ] + usage.map { $0.map(JSONValue.integer) ?? .null } + [
            Self.stored(self.failure), .number(self.duration / .seconds(1)),
        ]
    }

    /// Why nothing was inserted: the position tells a step of this session, whose record was not acknowledged, from others.
    func standing(_ run: JSONValue, _ holder: JSONValue, _ session: PostgresSession) throws -> RecordStanding {
        let found = try session.execute(
            """
            SELECT holder = $2 AS is_held,
                (SELECT position FROM autoglm_run_steps WHERE run = number AND key = $3) AS position
            FROM autoglm_runs WHERE number = $1
            """, [run, holder, .string(self.call.key.rawValue)]
        ).records.first
        guard let found, found.isTrue("is_held") else { return .lost }
        return try found.integerIfAny("position") == self.position ? .recorded : .another
    }

    /// Whether the step is stored with the same outputs, wherever it stands.
    func isStored(_ run: JSONValue, _ session: PostgresSession) throws -> Bool {
        let found = try session.execute(
            """
            SELECT 1 FROM autoglm_run_steps WHERE run = $1 AND key = $2
                AND outputs IS NOT DISTINCT FROM $3 AND outputs_hash IS NOT DISTINCT FROM $4
            """,
            [
                run, .string(self.call.key.rawValue), self.outputs?.ownText ?? .null, self.outputs?.key ?? .null,
            ])
        return !found.rows.isEmpty
    }

    // MARK: - Reading

    /// A failure as it is stored.
    static func stored(_ failure: RunFailure?) -> JSONValue {
        guard let failure else { return .null }
        let value: JSONValue = ["code": .string(failure.code), "message": .string(failure.message)]
        return .string(value.serialized())
    }

    /// Reads what is stored of a failure.
    static func failure(_ row: StoredRow) throws -> RunFailure? {
        try row.textIfAny("failure").map { text in
            let value = try StoredValue.parse(text)
            return RunFailure(code: value["code"]?.stringValue ?? "", message: value["message"]?.stringValue ?? "")
        }
    }

    /// The outcome in a row of ``selectOutcome`` or ``selectSteps``.
    static func outcome(_ row: StoredRow) throws -> StepOutcome {
        if let failure = try Self.failure(row) { return .failed(code: failure.code, message: failure.message) }
        return .finished(
            outputs: try StoredValue.parse(row.textIfAny("outputs")).members,
            usage: try row.integerIfAny("prompt_tokens").map { prompt in
                TokenUsage(
                    promptTokens: prompt, completionTokens: try row.integer("completion_tokens"),
                    cachedPromptTokens: try row.integer("cached_prompt_tokens"))
            })
    }

    /// The step in a row of ``selectSteps``.
    static func step(_ row: StoredRow) throws -> RecordedStep {
        RecordedStep(
            call: StepCall(
                StepKey(rawValue: try row.text("key")), uses: try row.text("uses"),
                effect: StepEffect(rawValue: try row.text("effect")) ?? .outside),
            position: try row.integer("position"), outcome: try Self.outcome(row),
            endedAt: Date(timeIntervalSince1970: try row.number("ended_at")),
            duration: .seconds(try row.number("seconds")))
    }

    // MARK: - Statements

    private static let outcomeColumns = """
        \(StoredValue.databaseText(of: "outputs")), prompt_tokens, completion_tokens, cached_prompt_tokens, failure
        """

    /// One step's outcome, by run and key.
    static let selectOutcome = "SELECT \(Self.outcomeColumns) FROM autoglm_run_steps WHERE run = $1 AND key = $2"

    /// A run's steps by the run's name, first position and number.
    static let selectSteps = """
        SELECT key, position, uses, effect, extract(epoch FROM ended_at)::float8 AS ended_at, seconds,
            \(Self.outcomeColumns) FROM autoglm_run_steps
        WHERE run = (SELECT number FROM autoglm_runs WHERE id = $1) AND position >= $2 ORDER BY position LIMIT $3
        """

    /// Stores a step while the run is its holder's; who takes the run waits for the end of this, or this for theirs.
    static let insertionOfHolder = Self.insertion(
        from: "SELECT number FROM autoglm_runs WHERE number = $1 AND holder = $2 FOR SHARE")

    /// Stores the step of an answer, in a transaction that has the run's row for itself.
    static let insertionOfAnswer = Self.insertion(
        from: "SELECT number FROM autoglm_runs WHERE number = $1 AND id = $2")

    private static func insertion(from run: String) -> String {
        """
        WITH chosen AS (\(run))
        INSERT INTO autoglm_run_steps (run, key, position, uses, effect, outputs, outputs_hash, prompt_tokens,
            completion_tokens, cached_prompt_tokens, failure, seconds)
        SELECT number, $3, $4::bigint, $5, $6, $7, $8, $9::bigint, $10::bigint, $11::bigint, $12, $13::float8
        FROM chosen ON CONFLICT (run, key) DO NOTHING
        """
    }
}
