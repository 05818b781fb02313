// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Pipelines
internal import PostgresConnections

extension PostgresRunStore {
    /// How many runs or values are removed at a time, so that others may write in between.
    private static let batch = 16
    /// Into how many parts the ended runs are divided where their size decides, as measuring reads every row.
    private static let sizeSteps = 32

    /// Removes ended runs by a policy, and values that no run refers to any more.
    ///
    /// The bytes are those of the rows: the server gives room back to the system when it wants to.
    public func prune(_ policy: RetentionPolicy) async throws -> PruningReport {
        var report = PruningReport(removedRuns: 0, removedValues: 0, bytes: 0)
        if let age = policy.maximumAge {
            while try await self.removeRuns(olderThan: age, keeping: 0, atMost: Self.batch, into: &report) {}
        }
        if let count = policy.maximumCount {
            while try await self.removeRuns(olderThan: nil, keeping: count, atMost: Self.batch, into: &report) {}
        }
        try await self.removeUnusedValues(into: &report)
        report.bytes = try await self.integer(Self.bytes)
        guard let limit = policy.maximumBytes else { return report }
        let ended = "SELECT count(*) FROM autoglm_runs WHERE state IN \(Self.ended)"
        let batch = try await max(Self.batch, self.integer(ended) / Self.sizeSteps)
        while report.bytes > limit,
            try await self.removeRuns(olderThan: nil, keeping: 0, atMost: batch, into: &report)
        {
            try await self.removeUnusedValues(into: &report)
            report.bytes = try await self.integer(Self.bytes)
        }
        return report
    }

    private func integer(_ sql: String) async throws -> Int {
        try await self.database.perform { session, _ in try session.execute(sql).rows.first?.first?.integerValue ?? 0 }
    }

    /// Removes some of the runs that ended first, with their places in line: one that was set aside goes with its run.
    ///
    /// - Returns: Whether there were any.
    private func removeRuns(
        olderThan age: Duration?, keeping count: Int, atMost limit: Int, into report: inout PruningReport
    ) async throws -> Bool {
        let values: [JSONValue] = [
            age.map { .number($0 / .seconds(1)) } ?? .null, .integer(count), .integer(limit),
        ]
        let removed = try await self.database.perform { session, _ in
            // The state is asked for once more where a row is locked: somebody may be resuming a failed run.
            try session.execute(
                """
                WITH old AS (
                    SELECT number FROM (
                        SELECT number, ended_at FROM autoglm_runs
                        WHERE state IN \(Self.ended)
                            AND ($1::float8 IS NULL OR ended_at < statement_timestamp() - make_interval(secs => $1))
                        ORDER BY ended_at DESC, number DESC OFFSET $2) AS beyond
                    ORDER BY ended_at, number LIMIT $3),
                gone AS (
                    DELETE FROM autoglm_runs AS run USING old
                    WHERE run.number = old.number AND run.state IN \(Self.ended) RETURNING run.id),
                left_line AS (DELETE FROM autoglm_run_queue USING gone WHERE run = gone.id)
                SELECT count(*) FROM gone
                """, values
            ).rows.first?.first?.integerValue ?? 0
        }
        report.removedRuns += removed
        return removed > 0
    }

    private func removeUnusedValues(into report: inout PruningReport) async throws {
        let limit = 500
        while true {
            let unused = try await self.database.perform { session, _ in
                try session.execute("\(Self.unusedValues) LIMIT $1", [.integer(limit)]).rows.compactMap(\.first)
            }
            guard !unused.isEmpty else { return }
            // Found without a lock, looked at again with one: nobody refers to a value meanwhile.
            report.removedValues += try await self.database.transaction { session, _ in
                try session.execute("SELECT pg_advisory_xact_lock($1)", [.integer(RunDatabase.valueLock)])
                return try session.execute(
                    "DELETE FROM autoglm_run_values WHERE hash IN (\(Self.unusedValues) AND hash = ANY ($1))",
                    [.array(unused)]
                ).affected
            }
            if unused.count < limit { return }
        }
    }

    // MARK: - Statements

    private static let ended = "('succeeded', 'failed', 'cancelled')"

    private static let unusedValues = """
        SELECT hash FROM autoglm_run_values AS kept WHERE
            NOT EXISTS (SELECT 1 FROM autoglm_run_steps WHERE outputs_hash = kept.hash)
            AND NOT EXISTS (SELECT 1 FROM autoglm_runs WHERE source_hash = kept.hash)
            AND NOT EXISTS (SELECT 1 FROM autoglm_runs WHERE inputs_hash = kept.hash)
            AND NOT EXISTS (SELECT 1 FROM autoglm_runs WHERE output_hash = kept.hash)
            AND NOT EXISTS (SELECT 1 FROM autoglm_run_schedules WHERE source_hash = kept.hash)
            AND NOT EXISTS (SELECT 1 FROM autoglm_run_schedules WHERE inputs_hash = kept.hash)
        """

    /// Bytes of all rows, each with about what its short columns and its places in indexes take.
    private static let bytes = """
        SELECT (
            (SELECT coalesce(sum(300 + coalesce(pg_column_size(inputs), 0) + coalesce(pg_column_size(output), 0)), 0)
                FROM autoglm_runs)
            + (SELECT coalesce(sum(200 + coalesce(pg_column_size(outputs), 0)), 0) FROM autoglm_run_steps)
            + (SELECT coalesce(sum(150 + pg_column_size(text)), 0) FROM autoglm_run_values))::bigint
        """
}
