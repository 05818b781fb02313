// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Runs in a SQLite file.
public struct SQLiteRunStore: RunStore {
    let file: StorageFile
    let now: @Sendable () -> Date

    /// Keeps runs in a file.
    ///
    /// - Parameters:
    ///   - file: Where they are kept.
    ///   - now: The time of day.
    public init(_ file: StorageFile, now: @escaping @Sendable () -> Date = { Date() }) {
        self.file = file
        self.now = now
    }

    /// Stores a run that has not begun; for an event only where it has no run already.
    public func create(
        _ source: PipelineSource, inputs: [String: JSONValue], for occasion: RunOccasion?
    ) async throws -> (run: String, isNew: Bool) {
        let now = self.now()
        let id = RunName.make(at: now)
        let text = StoredValue(shared: source.stored)
        let inputs = StoredValue(JSONValue(sorted: inputs))
        return try await self.file.write { database in
            if let occasion {
                let found = try String.fetchOne(
                    database, sql: "SELECT id FROM runs WHERE event_trigger = ? AND event_id = ?",
                    arguments: [occasion.trigger, occasion.event])
                if let found { return (found, false) }
            }
            try text.store(in: database)
            try inputs.store(in: database)
            try database.execute(
                sql: """
                    INSERT INTO runs (id, pipeline, version, file, base_folder, source_hash, inputs, inputs_hash, state,
                        created_at, event_trigger, event_id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id, source.name, source.version, source.file, source.baseFolder, text.hash, inputs.text,
                    inputs.hash, RunState.queued.rawValue, now.timeIntervalSince1970, occasion?.trigger,
                    occasion?.event,
                ])
            return (id, true)
        }
    }

    /// Takes a run to begin or resume it.
    public func open(_ id: String) async throws -> any RunSession {
        let number = try await self.number(of: id)
        guard let lock = try FileLock.take(self.file.lockPath, offset: number) else {
            throw PipelineError.busy(id)
        }
        let now = self.now()
        let keys = try await self.file.write { database in
            let state = try String.fetchOne(
                database, sql: "SELECT state FROM runs WHERE number = ?", arguments: [number])
            try PipelineError.check(id, mayGoOn: state)
            try database.execute(
                sql: """
                    UPDATE runs SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, ?),
                        ended_at = NULL, failure_code = NULL, failure_message = NULL WHERE number = ?
                    """, arguments: [now.timeIntervalSince1970, number])
            return try String.fetchAll(database, sql: "SELECT key FROM steps WHERE run = ?", arguments: [number])
        }
        return SQLiteRunSession(id: id, number: number, keys: keys, lock: lock, store: self)
    }

    /// Ends a run that nobody is at work on; asks the process that is at work on it to end it.
    public func cancel(_ id: String) async throws -> RunState {
        let number = try await self.number(of: id)
        let lock = try FileLock.take(self.file.lockPath, offset: number)
        let now = self.now()
        return try await self.file.write { database in
            withExtendedLifetime(lock) {}
            let state = try String.fetchOne(
                database, sql: "SELECT state FROM runs WHERE number = ?", arguments: [number])
            try PipelineError.check(id, mayGoOn: state)
            let ending: RunState = lock == nil ? .running : .cancelled
            try database.execute(
                sql: """
                    UPDATE runs SET cancel_requested = 1, state = iif(?, 'cancelled', state),
                        ended_at = iif(?, ?, ended_at) WHERE number = ?
                    """,
                arguments: [ending == .cancelled, ending == .cancelled, now.timeIntervalSince1970, number])
            return ending
        }
    }

    /// The number behind a name.
    func number(of id: String) async throws -> Int64 {
        let number = try await self.file.perform {
            try Int64.fetchOne($0, sql: "SELECT number FROM runs WHERE id = ?", arguments: [id])
        }
        guard let number else { throw PipelineError.unknown(id, in: "'\(self.file.path)'") }
        return number
    }
}
