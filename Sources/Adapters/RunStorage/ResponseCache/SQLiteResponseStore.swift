// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
internal import GRDB
public import LLMCore
internal import Synchronization

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Keeps a response cache's answers in a SQLite file, where they outlive the program.
///
/// The file holds answers, and hashes of requests; requests themselves cannot be read from it.
public final class SQLiteResponseStore: ResponseCacheStore {
    private let file: StorageFile
    private let maximumBytes: Int
    private let now: @Sendable () -> Date
    /// About how many bytes the answers in the file have; other processes' are noticed when it is next opened.
    private let bytes: Mutex<Int?> = Mutex(nil)

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - file: The file, which may hold other things, too.
    ///   - maximumBytes: About how many bytes of answers are kept; those whose lifetime is over first make room.
    ///   - now: The time, which must go on while the program does not run.
    public init(
        _ file: StorageFile, maximumBytes: Int = 256 << 20, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.file = file
        self.maximumBytes = max(0, maximumBytes)
        self.now = now
    }

    /// The answer stored under a key, unless its lifetime is over.
    ///
    /// - Throws: ``StorageError``.
    public func answer(for key: CacheKey) async throws -> GenerationResponse? {
        let now = self.now().timeIntervalSince1970
        let text = try await self.file.perform { database in
            try String.fetchOne(
                database, sql: "SELECT answer FROM responses WHERE key = ? AND ends_at > ?",
                arguments: [key.text, now])
        }
        return try text.map { try GenerationResponse(stored: $0) }
    }

    /// Keeps an answer, replacing an older one.
    ///
    /// - Throws: ``StorageError``.
    public func store(_ answer: GenerationResponse, for key: CacheKey, lifetime: Duration) async throws {
        let text = answer.stored
        let size = text.utf8.count
        guard size <= self.maximumBytes else { return }
        let now = self.now().timeIntervalSince1970
        let known = self.bytes.withLock { $0 }
        let (endsAt, room) = (now + lifetime / .seconds(1), self.maximumBytes - size)
        let kept = try await self.file.write { database in
            let before = try known ?? Self.total(database)
            let replaced = try Self.delete(database, where: "key = ?", [key.text])
            let expired = try Self.delete(database, where: "ends_at <= ?", [now])
            var kept = before - replaced - expired
            while kept > room {
                let freed = try Self.delete(
                    database, where: "key IN (SELECT key FROM responses ORDER BY ends_at LIMIT 64)", [])
                guard freed > 0 else { break }
                kept -= freed
            }
            try database.execute(
                sql: "INSERT INTO responses (key, answer, ends_at) VALUES (?, ?, ?)",
                arguments: [key.text, text, endsAt])
            return max(0, kept) + size
        }
        self.bytes.withLock { $0 = kept }
    }

    private static func total(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COALESCE(SUM(LENGTH(CAST(answer AS BLOB))), 0) FROM responses") ?? 0
    }

    /// Deletes answers.
    ///
    /// - Returns: How many bytes they had.
    private static func delete(
        _ database: Database, where condition: String, _ arguments: StatementArguments
    ) throws -> Int {
        let sizes = try Int.fetchAll(
            database, sql: "DELETE FROM responses WHERE \(condition) RETURNING LENGTH(CAST(answer AS BLOB))",
            arguments: arguments)
        return sizes.reduce(0, +)
    }
}
