// SPDX-License-Identifier: Apache-2.0

internal import GRDB
package import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension SQLiteRunStore {
    /// A run with all that is needed to resume it.
    public func run(_ id: String) async throws -> StoredRun {
        let lockPath = self.file.lockPath
        let found = try await self.file.perform { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Self.summaryColumns), file, base_folder, source_hash, pending,
                        (SELECT text FROM shared_values WHERE hash = source_hash) AS source,
                        \(StoredValue.text(of: "inputs")) AS inputs, \(StoredValue.text(of: "output")) AS output
                    FROM runs WHERE id >= ? AND id < ? || '~' ORDER BY id LIMIT 2
                    """, arguments: [id, id]
            ).map { try Self.run($0, lockPath: lockPath) }
        }
        return try StoredRun.only(of: found, named: id, in: "'\(self.file.path)'")
    }

    /// Runs, the latest first.
    public func runs(_ filter: RunFilter) async throws -> [RunSummary] {
        let lockPath = self.file.lockPath
        return try await self.file.perform { database in
            // Which of the running ones are interrupted, only their locks say.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT \(Self.summaryColumns) FROM runs WHERE (? IS NULL OR pipeline = ?) ORDER BY number DESC
                    """, arguments: [filter.pipeline, filter.pipeline])
            var found: [RunSummary] = []
            while found.count < filter.limit, let row = try rows.next() {
                let run = try Self.summary(row, lockPath: lockPath)
                if filter.states.isEmpty || filter.states.contains(run.state) { found.append(run) }
            }
            return found
        }
    }

    /// Steps that a run has recorded, in that order.
    public func steps(of id: String, from position: Int, limit: Int) async throws -> [RecordedStep] {
        try await self.file.perform { database in
            let statement = try database.cachedStatement(sql: StepRow.selectSteps)
            return try Row.fetchAll(statement, arguments: [id, position, limit]).map { try StepRow.step($0) }
        }
    }

    // MARK: - Rows

    private static let summaryColumns = """
        number, id, pipeline, version, state, created_at, started_at, ended_at, attempts, failure_code, failure_message,
        (SELECT count(*) FROM steps WHERE run = number) AS step_count
        """

    private static func summary(_ row: Row, lockPath: String) throws -> RunSummary {
        func date(_ column: String) throws -> Date? {
            try row.value(column, as: Double?.self).map { Date(timeIntervalSince1970: $0) }
        }
        let (id, name): (String, String) = (try row.value("id"), try row.value("state"))
        guard var state = RunState(rawValue: name) else {
            throw StorageError(.unreadable, "The run '\(id)' is in the unknown state '\(name)'; the file is damaged.")
        }
        if state == .running, try !FileLock.isTaken(lockPath, offset: row.value("number")) { state = .interrupted }
        let code = try row.value("failure_code", as: String?.self)
        let message = try row.value("failure_message", as: String?.self)
        return RunSummary(
            id: id, pipeline: try row.value("pipeline"), version: try row.value("version"), state: state,
            createdAt: try date("created_at") ?? Date(timeIntervalSince1970: 0), startedAt: try date("started_at"),
            endedAt: try date("ended_at"), attempts: try row.value("attempts"), stepCount: try row.value("step_count"),
            failure: code.map { RunFailure(code: $0, message: message ?? "") })
    }

    private static func run(_ row: Row, lockPath: String) throws -> StoredRun {
        let summary = try Self.summary(row, lockPath: lockPath)
        return StoredRun(
            summary: summary,
            source: try PipelineSource(
                stored: StoredValue.parse(row.value("source")), name: summary.pipeline, version: summary.version,
                file: row.value("file"), baseFolder: row.value("base_folder")),
            contentHash: StoredValue.hexadecimal(try row.value("source_hash")),
            inputs: try StoredValue.parse(row.value("inputs")).members,
            output: try row.value("output", as: String?.self).map { try StoredValue.parse($0) },
            pending: try PendingAnswer.read(row.value("pending")))
    }
}

extension PipelineSource {
    /// The texts as JSON, always alike, so that equal pipelines are stored once.
    package var stored: String {
        let included = JSONValue(sorted: self.included.mapValues { .string($0) })
        return JSONValue(sorted: ["text": .string(self.text), "included": included]).serialized()
    }

    /// Reads what is stored of it.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable`.
    package init(stored: JSONValue, name: String, version: String, file: String, baseFolder: String?) throws {
        guard let text = stored["text"]?.stringValue, let included = stored["included"] else {
            throw StorageError(.unreadable, "The text of the pipeline '\(name)' is missing; the store is damaged.")
        }
        self.init(
            name: name, version: version, file: file, text: text,
            included: included.members.compactMapValues(\.stringValue),
            baseFolder: baseFolder)
    }
}
