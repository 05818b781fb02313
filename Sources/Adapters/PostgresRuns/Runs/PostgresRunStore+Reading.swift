// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines
internal import PostgresConnections
internal import RunStorage

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension PostgresRunStore {
    /// A run with all that is needed to resume it.
    public func run(_ id: String) async throws -> StoredRun {
        let found = try await self.database.perform { session, _ in
            try session.execute(
                """
                SELECT \(Self.summaryColumns), file, base_folder, source_hash, pending,
                    (SELECT text FROM autoglm_run_values WHERE hash = source_hash) AS source,
                    \(StoredValue.databaseText(of: "inputs")), \(StoredValue.databaseText(of: "output"))
                FROM autoglm_runs WHERE id >= $1 AND id < $1 || '~' ORDER BY id LIMIT 2
                """, [.string(id)]
            ).records.map { try Self.run($0) }
        }
        return try StoredRun.only(of: found, named: id, in: self.database.description)
    }

    /// Runs, the latest first.
    public func runs(_ filter: RunFilter) async throws -> [RunSummary] {
        let states = filter.states.map(\.rawValue).sorted().map { JSONValue.string($0) }
        let pipeline = filter.pipeline.map { JSONValue.string($0) } ?? .null
        return try await self.database.perform { session, _ in
            try session.execute(
                """
                SELECT * FROM (SELECT \(Self.summaryColumns) FROM autoglm_runs) AS run
                WHERE ($1::text IS NULL OR pipeline = $1) AND (cardinality($2::text[]) = 0 OR state = ANY ($2))
                ORDER BY number DESC LIMIT $3
                """, [pipeline, .array(states), .integer(max(0, filter.limit))]
            ).records.map { try Self.summary($0) }
        }
    }

    /// Steps that a run has recorded, in that order.
    public func steps(of id: String, from position: Int, limit: Int) async throws -> [RecordedStep] {
        try await self.database.perform { session, _ in
            try session.execute(StepRow.selectSteps, [.string(id), .integer(position), .integer(limit)]).records
                .map { try StepRow.step($0) }
        }
    }

    // MARK: - Rows

    /// A run that is running without a holder was left by a process that is gone.
    private static let summaryColumns = """
        number, id, pipeline, version,
        CASE WHEN state = 'running' AND (held_until IS NULL OR held_until <= statement_timestamp())
            THEN 'interrupted' ELSE state END AS state,
        extract(epoch FROM created_at)::float8 AS created_at, extract(epoch FROM started_at)::float8 AS started_at,
        extract(epoch FROM ended_at)::float8 AS ended_at, attempts, failure,
        (SELECT count(*) FROM autoglm_run_steps WHERE run = number) AS step_count
        """

    private static func summary(_ row: StoredRow) throws -> RunSummary {
        let (id, name) = (try row.text("id"), try row.text("state"))
        guard let state = RunState(rawValue: name) else {
            throw StorageError(.unreadable, "The run '\(id)' is in the unknown state '\(name)'.")
        }
        func date(_ column: String) throws -> Date? {
            try row.numberIfAny(column).map { Date(timeIntervalSince1970: $0) }
        }
        return RunSummary(
            id: id, pipeline: try row.text("pipeline"), version: try row.text("version"), state: state,
            createdAt: Date(timeIntervalSince1970: try row.number("created_at")), startedAt: try date("started_at"),
            endedAt: try date("ended_at"), attempts: try row.integer("attempts"),
            stepCount: try row.integer("step_count"), failure: try StepRow.failure(row))
    }

    private static func run(_ row: StoredRow) throws -> StoredRun {
        let summary = try Self.summary(row)
        return StoredRun(
            summary: summary,
            source: try PipelineSource(
                stored: StoredValue.parse(row.textIfAny("source")), name: summary.pipeline, version: summary.version,
                file: row.text("file"), baseFolder: row.textIfAny("base_folder")),
            contentHash: try row.text("source_hash"), inputs: try StoredValue.parse(row.textIfAny("inputs")).members,
            output: try row.textIfAny("output").map { try StoredValue.parse($0) },
            pending: try PendingAnswer.read(row.textIfAny("pending")))
    }
}
