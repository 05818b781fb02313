// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore

/// A SQLite file in which this program keeps what must survive it.
///
/// One connection does all the work, statement by statement, in a queue of its own; other processes may have the file
/// open, too.
public final class StorageFile: Sendable {
    /// Against what a recorded step is safe.
    public enum Durability: String, Sendable, CaseIterable {
        /// The end of the process, `kill -9` included. A failing system or power may take the last steps, never the file.
        case process
        /// The end of the system and of power, too; each step waits for the disk.
        case power
    }

    /// The file.
    public let path: String
    private let connection: DatabaseQueue

    /// Opens a file, or makes one that only its owner may read.
    ///
    /// - Parameters:
    ///   - path: The file; its folder must exist.
    ///   - durability: Against what a recorded step is safe.
    ///   - maximumBytes: How large the file may become; what does not fit is an error, as on a full disk.
    ///   - patience: How long to wait for other processes that are writing.
    /// - Throws: ``StorageError`` with code `.cannotOpen`, `.readOnly`, `.foreignFile`, `.newerSchema` or `.damaged`.
    public init(
        path: String, durability: Durability = .process, maximumBytes: Int? = nil, patience: Duration = .seconds(10)
    ) throws {
        self.path = path
        do {
            // Processes that begin at once would else all make the tables.
            let lock = try FileLock.take(Self.lockPath(of: path), offset: 0, waits: true)
            self.connection = try Self.open(path, patience: patience)
            withExtendedLifetime(lock) {}
            try self.connection.writeWithoutTransaction { database in
                if durability == .power { try database.execute(sql: "PRAGMA synchronous = FULL") }
                guard let maximumBytes else { return }
                let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(max(1, maximumBytes / pageSize))")
            }
        } catch {
            throw StorageError.wrapping(error, path: path)
        }
    }

    /// The file whose bytes are the locks: byte 0 while the database is opened, byte N while somebody runs run N.
    var lockPath: String { Self.lockPath(of: self.path) }

    /// Changes something: all of it or nothing.
    ///
    /// Work that has begun is finished even if the task is cancelled: a step that was done must be recorded.
    func write<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await self.perform { database in
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try work(database)
                return .commit
            }
            guard let value else { throw StorageError(.failed, "The transaction did not run.") }
            return value
        }
    }

    /// Reads, or executes single statements, each of which is all or nothing.
    func perform<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                self.connection.asyncWriteWithoutTransaction { database in
                    continuation.resume(with: Result { try work(database) })
                }
            }
        } catch {
            throw StorageError.wrapping(error, path: self.path)
        }
    }

    // MARK: - Opening

    private static func lockPath(of path: String) -> String { "\(path)-lock" }

    private static func open(_ path: String, patience: Duration) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(patience / .seconds(1))
        configuration.prepareDatabase { database in
            // The first statement on a new file; later it says nothing new.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try Self.checkOwner(of: database, path: path)
        }
        Self.makePrivate(path)
        let connection = try DatabaseQueue(path: path, configuration: configuration)
        try StorageMigrations.all.migrate(connection)
        return connection
    }

    /// Refuses files of other programs and of later versions before anything is changed in them.
    private static func checkOwner(of database: Database, path: String) throws {
        let owner = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if owner == StorageMigrations.applicationID {
            guard try StorageMigrations.all.hasBeenSuperseded(database) else { return }
            throw StorageError(
                .newerSchema, "'\(path)' was changed by a later version of this program. Use that, or another file.")
        }
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard owner == 0, tables == 0 else {
            throw StorageError(
                .foreignFile, "'\(path)' is the database of another program; it was left as it is. Name another file.")
        }
    }
}
