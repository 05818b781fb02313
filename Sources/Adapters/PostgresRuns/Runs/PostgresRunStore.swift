// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines
internal import PostgresConnections
internal import RunStorage

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Runs in a PostgreSQL database, for workers on any number of machines.
///
/// A process holds its run for some time by the server's clock, and says again and again that it is there. One that is dead,
/// paused or cut off loses the run to whoever opens it then, and from that moment every change that it wants to make is refused.
public struct PostgresRunStore: RunStore {
    let database: RunDatabase
    private let hold: Duration

    /// Keeps runs in a database.
    ///
    /// - Parameters:
    ///   - database: Where they are kept.
    ///   - hold: After how long without a sign of life others may have a run.
    public init(_ database: RunDatabase, hold: Duration = .seconds(15)) {
        self.database = database
        self.hold = hold
    }

    /// Stores a run that has not begun; for an event only where it has no run already.
    public func create(
        _ source: PipelineSource, inputs: [String: JSONValue], for occasion: RunOccasion?
    ) async throws -> (run: String, isNew: Bool) {
        let id = RunName.make(at: Date())
        let text = StoredValue(shared: source.stored)
        let inputs = StoredValue(JSONValue(sorted: inputs))
        let event = [occasion?.trigger, occasion?.event].map { $0.map(JSONValue.string) ?? .null }
        return try await self.database.transaction { session, isAgain in
            try session.store([text, inputs])
            let added = try session.execute(
                """
                INSERT INTO autoglm_runs (id, pipeline, version, file, base_folder, source_hash, inputs, inputs_hash, state,
                    event_trigger, event_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, $10) ON CONFLICT DO NOTHING
                """,
                [
                    .string(id), .string(source.name), .string(source.version), .string(source.file),
                    source.baseFolder.map { .string($0) } ?? .null, text.key, inputs.ownText, inputs.key,
                ] + event
            ).affected
            if added > 0 { return (id, true) }
            let found = try session.execute(
                "SELECT id FROM autoglm_runs WHERE event_trigger = $1 AND event_id = $2", event
            ).records.first?.text("id")
            if let found { return (found, found == id) }
            guard isAgain else { throw PostgresError(.violation, "Another run is called '\(id)'; try again.") }
            return (id, true)
        }
    }

    /// Takes a run to begin or resume it.
    public func open(_ id: String) async throws -> any RunSession {
        let holder = UUID().uuidString
        let seconds = self.hold / .seconds(1)
        let (number, keys) = try await self.database.transaction { session, _ in
            let run = try self.row(of: id, session)
            // It is held by this call already where the server had not acknowledged that.
            if try run.textIfAny("holder") != holder {
                try Self.check(id, isFree: run)
                try session.execute(
                    """
                    UPDATE autoglm_runs SET state = 'running', attempts = attempts + 1, holder = $2,
                        held_until = statement_timestamp() + make_interval(secs => $3),
                        started_at = coalesce(started_at, statement_timestamp()), ended_at = NULL, failure = NULL
                    WHERE number = $1
                    """, [.integer(run.integer("number")), .string(holder), .number(seconds)])
            }
            let keys = try session.execute(
                "SELECT key FROM autoglm_run_steps WHERE run = $1", [.integer(run.integer("number"))],
                limits: .init(rows: .max, bytes: .max))
            return (try run.integer("number"), try keys.records.map { try $0.text("key") })
        }
        return PostgresRunSession(
            id: id, number: number, holder: holder, hold: self.hold, keys: keys, database: self.database)
    }

    /// Ends a run that nobody is at work on; asks the process that is at work on it to end it.
    public func cancel(_ id: String) async throws -> RunState {
        try await self.database.transaction { session, isAgain in
            let run = try self.row(of: id, session)
            let state = try run.text("state")
            if isAgain, state == RunState.cancelled.rawValue { return .cancelled }
            try PipelineError.check(id, mayGoOn: state)
            let number = try JSONValue.integer(run.integer("number"))
            guard !run.isTrue("is_held") else {
                try session.execute("UPDATE autoglm_runs SET cancel_requested = true WHERE number = $1", [number])
                return .running
            }
            // Without a holder: a process that only paused finds that the run is not its own any more.
            try session.execute(
                """
                UPDATE autoglm_runs SET cancel_requested = true, state = 'cancelled', holder = NULL,
                    held_until = NULL, ended_at = statement_timestamp() WHERE number = $1
                """, [number])
            return .cancelled
        }
    }

    // MARK: - Rows

    /// A run, which nobody changes until the transaction ends.
    func row(of id: String, _ session: PostgresSession) throws -> StoredRow {
        let row = try session.execute(
            """
            SELECT number, state, pending, holder, held_until > statement_timestamp() AS is_held,
                extract(epoch FROM held_until - statement_timestamp())::float8 AS held_for
            FROM autoglm_runs WHERE id = $1 FOR UPDATE
            """, [.string(id)]
        ).records.first
        guard let row else { throw PipelineError.unknown(id, in: self.database.description) }
        return row
    }

    /// Makes sure that nobody is at work on a run, and that something can still happen to it.
    private static func check(_ id: String, isFree run: StoredRow) throws {
        try Self.check(id, isNotHeld: run)
        try PipelineError.check(id, mayGoOn: run.text("state"))
    }

    /// Makes sure that nobody is at work on a run.
    static func check(_ id: String, isNotHeld run: StoredRow) throws {
        guard run.isTrue("is_held") else { return }
        throw PipelineError.busy(id, forAtMost: try run.number("held_for"))
    }
}
