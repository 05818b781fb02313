// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
internal import GRDB
internal import LLMCore

/// Keeps sums of usage in a SQLite file; several programs may add to one.
public struct SQLiteUsageStore: UsageStore {
    private enum Kind: String {
        case account
        case tag
    }

    private let file: StorageFile

    /// Opens a store in a file, which may hold other things, too.
    public init(_ file: StorageFile) { self.file = file }

    /// Everything that was added so far, by whatever program.
    ///
    /// - Throws: ``StorageError``.
    public func sums() async throws -> UsageSums {
        try await self.file.perform { database in
            var (accounts, tags) = ([UsageLedger.Account: UsageTotal](), [String: UsageTotal]())
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM usage_sums")
            while let row = try rows.next() {
                let name: String = try row.value("name")
                switch Kind(rawValue: try row.value("kind")) {
                case .account:
                    accounts[UsageLedger.Account(model: name, caller: try row.value("caller"))] = try UsageTotal(row)
                case .tag: tags[name] = try UsageTotal(row)
                case nil: continue
                }
            }
            return UsageSums(accounts: accounts, tags: tags)
        }
    }

    /// Adds to what is there: all of it or nothing.
    ///
    /// - Throws: ``StorageError``.
    public func add(_ sums: UsageSums) async throws {
        try await self.file.write { database in
            for (account, total) in sums.accounts {
                try Self.add(total, .account, name: account.model, caller: account.caller, database)
            }
            for (tag, total) in sums.tags { try Self.add(total, .tag, name: tag, caller: "", database) }
        }
    }

    private static func add(
        _ total: UsageTotal, _ kind: Kind, name: String, caller: String, _ database: Database
    ) throws {
        var total = total
        let known = try Row.fetchOne(
            database, sql: "SELECT * FROM usage_sums WHERE kind = ? AND name = ? AND caller = ?",
            arguments: [kind.rawValue, name, caller])
        if let known { total.add(try UsageTotal(known)) }
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO usage_sums (kind, name, caller, requests, partial, failed, prompt_tokens,
                    cached_prompt_tokens, completion_tokens, cost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                kind.rawValue, name, caller, total.requests, total.partial, total.failed, total.promptTokens,
                total.cachedPromptTokens, total.completionTokens, total.cost,
            ])
    }
}

extension UsageTotal {
    /// Reads a row.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable`.
    fileprivate init(_ row: Row) throws {
        self.init()
        self.requests = try row.value("requests")
        self.partial = try row.value("partial")
        self.failed = try row.value("failed")
        self.promptTokens = try row.value("prompt_tokens")
        self.cachedPromptTokens = try row.value("cached_prompt_tokens")
        self.completionTokens = try row.value("completion_tokens")
        self.cost = try row.value("cost")
    }
}
