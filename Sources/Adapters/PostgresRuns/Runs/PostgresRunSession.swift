// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines
internal import PostgresConnections
internal import RunStorage
internal import Synchronization

/// A run in the hands of this process, as long as its holder is the one in the run's row.
///
/// Every change asks for that in the statement that makes it, and whoever takes the run waits for changes that are being made:
/// there is no moment in which a process that has lost its run could still write to it.
final class PostgresRunSession: RunSession {
    private struct State {
        var position: Int
        /// Hashes of the keys that are recorded: what is not among them need not be looked for.
        var known: Set<Int>
        /// What ended the session before the run was left: it is not taken up again, so that nothing is left out.
        var failure: (any Error)?
    }

    let runID: String
    private let number: JSONValue
    private let holder: JSONValue
    private let database: RunDatabase
    private let state: Mutex<State>
    /// Says again and again that the process is there; ends with the session.
    private let signs: Task<Void, Never>

    init(id: String, number: Int, holder: String, hold: Duration, keys: [String], database: RunDatabase) {
        self.runID = id
        self.number = .integer(number)
        self.holder = .string(holder)
        self.database = database
        self.state = Mutex(State(position: keys.count, known: Set(keys.map(\.hashValue))))
        let values: [JSONValue] = [.integer(number), .string(holder), .number(hold / .seconds(1))]
        self.signs = Task {  // ends with the session
            while true {
                try? await Task.sleep(for: hold / 3)
                guard !Task.isCancelled else { return }
                // What keeps it from being said is found by who records the next step.
                _ = try? await database.perform { session, _ in
                    try session.execute(
                        """
                        UPDATE autoglm_runs SET held_until = statement_timestamp() + make_interval(secs => $3)
                        WHERE number = $1 AND holder = $2 AND held_until IS NOT NULL
                        """, values)
                }
            }
        }
    }

    deinit { self.signs.cancel() }

    // MARK: - Journal

    func outcome(of step: StepCall) async throws -> StepOutcome? {
        let key = step.key.rawValue
        guard self.state.withLock({ $0.known.contains(key.hashValue) }) else { return nil }
        return try await self.perform { session, number, _ in
            try session.execute(StepRow.selectOutcome, [number, .string(key)]).records.first.map {
                try StepRow.outcome($0)
            }
        }
    }

    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws {
        let position = self.state.withLock { state in
            defer { state.position += 1 }
            state.known.insert(step.key.rawValue.hashValue)
            return state.position
        }
        let row = StepRow(step, outcome, position: position, took: duration)
        let standing = try await self.perform { session, number, holder in
            try session.storing(row.outputs) { session in
                let added = try session.execute(StepRow.insertionOfHolder, row.values(number, holder)).affected
                return added > 0 ? RecordStanding.recorded : try row.standing(number, holder, session)
            }
        }
        switch standing {
        case .recorded: return
        case .another: throw StorageError.alreadyRecorded(step, of: self.runID)
        case .lost: throw self.lost()
        }
    }

    // MARK: - The run

    func isCancellationRequested() async throws -> Bool {
        let found = try await self.perform { session, number, holder in
            try session.execute(
                "SELECT cancel_requested FROM autoglm_runs WHERE number = $1 AND holder = $2", [number, holder]
            ).records.first?.isTrue("cancel_requested")
        }
        guard let found else { throw self.lost() }
        return found
    }

    func end(_ ending: RunEnding) async throws {
        let ending = StoredEnding(ending)
        let values: [JSONValue] = [
            .string(ending.state.rawValue), ending.output?.ownText ?? .null, ending.output?.key ?? .null,
            StepRow.stored(ending.failure), ending.pending.map { .string($0) } ?? .null,
        ]
        let isDone = try await self.perform { session, number, holder in
            try session.storing(ending.output) { session in
                try session.execute(
                    """
                    UPDATE autoglm_runs SET state = $3, output = $4, output_hash = $5, failure = $6, pending = $7,
                        ended_at = statement_timestamp(), held_until = NULL
                    WHERE number = $1 AND holder = $2
                    """, [number, holder] + values
                ).affected > 0
            }
        }
        guard isDone else { throw self.lost() }
        self.signs.cancel()
    }

    func leave() async {
        self.signs.cancel()
        let values = [self.number, self.holder]
        _ = try? await self.database.perform(patience: .zero) { session, _ in
            try session.execute("UPDATE autoglm_runs SET held_until = NULL WHERE number = $1 AND holder = $2", values)
        }
    }

    // MARK: - Ends

    /// Works with the database, unless an earlier failure has ended the session.
    private func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession, _ number: JSONValue, _ holder: JSONValue) throws -> Value
    ) async throws -> Value {
        if let failure = self.state.withLock({ $0.failure }) { throw failure }
        let (number, holder) = (self.number, self.holder)
        do {
            return try await self.database.perform { session, _ in try work(session, number, holder) }
        } catch {
            self.stop(error)
            throw error
        }
    }

    private func stop(_ error: any Error) {
        self.signs.cancel()
        self.state.withLock { $0.failure = $0.failure ?? error }
    }

    private func lost() -> PipelineError {
        let error = PipelineError.lost(self.runID)
        self.stop(error)
        return error
    }
}

/// What has become of a step that was to be recorded.
enum RecordStanding: Sendable {
    /// It is recorded.
    case recorded
    /// Another outcome is recorded under its key.
    case another
    /// The run is another process's.
    case lost
}
