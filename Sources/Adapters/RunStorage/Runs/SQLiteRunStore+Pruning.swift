// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension SQLiteRunStore {
    /// How many runs are removed at a time, so that others may write in between.
    private static let batch = 16

    /// Removes ended runs by a policy, and values that no run refers to any more.
    public func prune(_ policy: RetentionPolicy) async throws -> PruningReport {
        var report = PruningReport(removedRuns: 0, removedValues: 0, bytes: 0)
        if let age = policy.maximumAge {
            let limit = self.now().timeIntervalSince1970 - age / .seconds(1)
            while try await self.removeBatch(endedBefore: limit, keeping: 0, into: &report) {}
        }
        if let count = policy.maximumCount {
            while try await self.removeBatch(endedBefore: nil, keeping: count, into: &report) {}
        }
        try await self.removeUnusedValues(into: &report)
        if let limit = policy.maximumBytes {
            while report.bytes > limit, try await self.removeBatch(endedBefore: nil, keeping: 0, into: &report) {
                try await self.removeUnusedValues(into: &report)
            }
        }
        // Stepping to its end gives every free page back to the system; as a writer, who waits for others.
        try await self.file.write { _ = try Row.fetchAll($0, sql: "PRAGMA incremental_vacuum") }
        try await self.file.perform { database in
            // Who does the same at this moment does it for all.
            do { try database.checkpoint(.passive) } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY
            {}
        }
        return report
    }

    /// Removes some of the runs that ended first.
    ///
    /// - Returns: Whether there were any.
    private func removeBatch(
        endedBefore limit: Double?, keeping count: Int, into report: inout PruningReport
    ) async throws -> Bool {
        let removed = try await self.file.write { database in
            let runs = try String.fetchAll(
                database,
                sql: """
                    DELETE FROM runs WHERE number IN (
                        SELECT number FROM (
                            SELECT number, ended_at FROM runs
                            WHERE state IN ('succeeded', 'failed', 'cancelled') AND (? IS NULL OR ended_at < ?)
                            ORDER BY ended_at DESC, number DESC LIMIT -1 OFFSET ?)
                        ORDER BY ended_at, number LIMIT ?)
                    RETURNING id
                    """, arguments: [limit, limit, count, Self.batch])
            // One that was set aside goes out of the line with its run.
            for run in runs { try database.execute(sql: "DELETE FROM queue WHERE run = ?", arguments: [run]) }
            return runs.count
        }
        report.removedRuns += removed
        return removed > 0
    }

    private func removeUnusedValues(into report: inout PruningReport) async throws {
        let (removed, bytes) = try await self.file.write { database in
            let removed = try StoredValue.removeUnused(in: database)
            func number(_ pragma: String) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0 }
            return (removed, try (number("page_count") - number("freelist_count")) * number("page_size"))
        }
        report.removedValues += removed
        report.bytes = bytes
    }
}
