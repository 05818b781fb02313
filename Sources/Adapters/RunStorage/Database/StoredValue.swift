// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import GRDB
package import LLMCore

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// A value as it is stored: in its row, or, when it is large, once for all rows that hold it.
package struct StoredValue: Sendable {
    /// Values up to this many bytes lie in their rows.
    static let inlineLimit = 4096

    /// JSON text, where it lies in the row.
    package let text: String?
    /// The SHA-256 of the text, where it is shared.
    package let hash: Data?
    /// The text, where it is shared.
    package let sharedText: String?

    /// Decides where a value lies.
    package init(_ value: JSONValue) {
        let text = value.serialized()
        let isShared = text.utf8.count > Self.inlineLimit
        self = isShared ? Self(shared: text) : Self(text: text, hash: nil, sharedText: nil)
    }

    /// A text that is shared whatever its length.
    package init(shared text: String) {
        self.init(text: nil, hash: Data(SHA256.hash(data: Data(text.utf8))), sharedText: text)
    }

    private init(text: String?, hash: Data?, sharedText: String?) {
        self.text = text
        self.hash = hash
        self.sharedText = sharedText
    }

    /// Stores a large value unless it is there already; the row that refers to it comes in the same transaction.
    func store(in database: Database) throws {
        guard let hash, let sharedText else { return }
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO shared_values (hash, text) VALUES (?, ?)")
            .execute(arguments: [hash, sharedText])
    }

    /// A hash as it is shown.
    package static func hexadecimal(_ hash: Data) -> String {
        hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// SQL that gives a value's text wherever it lies.
    static func text(of column: String) -> String {
        "coalesce(\(column), (SELECT text FROM shared_values WHERE hash = \(column)_hash))"
    }

    /// Reads a stored text.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable`.
    package static func parse(_ text: String?) throws -> JSONValue {
        guard let text else { throw StorageError(.unreadable, "A stored value is missing; the store is damaged.") }
        do { return try JSONValue(parsing: text) } catch {
            throw StorageError(.unreadable, "A stored value is no JSON; the store is damaged.", cause: error)
        }
    }

    /// Removes shared values that no row refers to.
    ///
    /// - Returns: How many.
    static func removeUnused(in database: Database) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM shared_values WHERE
                    NOT EXISTS (SELECT 1 FROM steps WHERE outputs_hash = hash)
                    AND NOT EXISTS (SELECT 1 FROM runs WHERE source_hash = hash)
                    AND NOT EXISTS (SELECT 1 FROM runs WHERE inputs_hash = hash)
                    AND NOT EXISTS (SELECT 1 FROM runs WHERE output_hash = hash)
                    AND NOT EXISTS (SELECT 1 FROM schedules WHERE source_hash = hash)
                    AND NOT EXISTS (SELECT 1 FROM schedules WHERE inputs_hash = hash)
                """)
        return database.changesCount
    }
}
