// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
internal import Pipelines
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A run in the hands of this process.
final class SQLiteRunSession: RunSession {
    private struct State {
        var position: Int
        /// Hashes of the keys that are recorded: what is not among them need not be looked for.
        var known: Set<Int>
        /// Held until the run is left; the system lets it go if the process ends.
        var lock: FileLock?
    }

    let runID: String
    private let number: Int64
    private let store: SQLiteRunStore
    private let state: Mutex<State>

    init(id: String, number: Int64, keys: [String], lock: FileLock, store: SQLiteRunStore) {
        self.runID = id
        self.number = number
        self.store = store
        self.state = Mutex(State(position: keys.count, known: Set(keys.map(\.hashValue)), lock: lock))
    }

    func outcome(of step: StepCall) async throws -> StepOutcome? {
        let (number, key) = (self.number, step.key.rawValue)
        guard self.state.withLock({ $0.known.contains(key.hashValue) }) else { return nil }
        return try await self.store.file.perform { database in
            let statement = try database.cachedStatement(sql: StepRow.selectOutcome)
            return try Row.fetchOne(statement, arguments: [number, key]).map { try StepRow.outcome($0) }
        }
    }

    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        let position = self.state.withLock { state in
            defer { state.position += 1 }
            state.known.insert(step.key.rawValue.hashValue)
            return state.position
        }
        let row = StepRow(
            RecordedStep(
                call: step, position: position, outcome: outcome, endedAt: self.store.now(), duration: duration))
        let number = self.number
        do {
            try await self.store.file.perform { database in
                if row.isShared {
                    try database.inTransaction(.immediate) {
                        try row.insert(in: database, run: number)
                        return .commit
                    }
                } else {
                    try row.insert(in: database, run: number)
                }
            }
        } catch let error as StorageError {
            let isTwice = (error.cause as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
            throw isTwice ? .alreadyRecorded(step, of: self.runID, cause: error.cause) : error
        }
    }

    func isCancellationRequested() async throws -> Bool {
        let number = self.number
        return try await self.store.file.perform { database in
            let statement = try database.cachedStatement(sql: "SELECT cancel_requested FROM runs WHERE number = ?")
            return try Bool.fetchOne(statement, arguments: [number]) ?? true
        }
    }

    func end(_ ending: RunEnding) async throws {
        let number = self.number
        let now = self.store.now().timeIntervalSince1970
        let ending = StoredEnding(ending)
        let values: StatementArguments = [
            ending.state.rawValue, now, ending.output?.text, ending.output?.hash, ending.failure?.code,
            ending.failure?.message, ending.pending, number,
        ]
        try await self.store.file.write { database in
            try ending.output?.store(in: database)
            try database.execute(
                sql: """
                    UPDATE runs SET state = ?, ended_at = ?, output = ?, output_hash = ?, failure_code = ?,
                        failure_message = ?, pending = ? WHERE number = ?
                    """, arguments: values)
        }
        await self.leave()
    }

    func leave() async { self.state.withLock { $0.lock = nil } }
}
