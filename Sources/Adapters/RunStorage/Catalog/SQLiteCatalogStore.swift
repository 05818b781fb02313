// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore
public import ModelCatalog

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A catalogue of models in a SQLite file, for the processes of one machine.
public struct SQLiteCatalogStore: CatalogStore {
    private let file: StorageFile

    /// Keeps a catalogue in a file, which may hold other things, too.
    public init(_ file: StorageFile) { self.file = file }

    /// The events of a model, in order.
    ///
    /// - Throws: ``StorageError``.
    public func events(of model: String) async throws -> [CatalogEvent] {
        let texts = try await self.file.perform { database in
            try String.fetchAll(
                database, sql: "SELECT event FROM catalog_events WHERE model = ? ORDER BY position", arguments: [model])
        }
        return try texts.map { try CatalogEvent(json: StoredValue.parse($0)) }
    }

    /// Adds events to a model: all of them or none.
    ///
    /// - Throws: ``StorageError``, `CatalogError` with code `.conflict`.
    public func append(_ events: [CatalogEvent], to model: String, after count: Int) async throws {
        let rows = events.map { ($0.change.registeredID?.uuidString.lowercased(), $0.json.serialized()) }
        do {
            try await self.file.write { database in
                let sql = "SELECT count(*) FROM catalog_events WHERE model = ?"
                let present = try Int.fetchOne(database, sql: sql, arguments: [model]) ?? 0
                guard present == count else { throw Self.conflict(model) }
                let statement = try database.cachedStatement(
                    sql: "INSERT INTO catalog_events (model, position, registered_id, event) VALUES (?, ?, ?, ?)")
                for (index, row) in rows.enumerated() {
                    try statement.execute(arguments: [model, count + index, row.0, row.1])
                }
            }
        } catch let error as StorageError {
            let cause = error.cause as? DatabaseError
            guard cause?.resultCode == .SQLITE_CONSTRAINT else { throw error }
            throw Self.conflict(model)
        }
    }

    /// The names of all models, sorted.
    ///
    /// - Throws: ``StorageError``.
    public func models() async throws -> [String] {
        try await self.file.perform { database in
            try String.fetchAll(database, sql: "SELECT DISTINCT model FROM catalog_events ORDER BY model")
        }
    }

    /// The name of the model that has a version with this id.
    ///
    /// - Throws: ``StorageError``.
    public func model(ofVersion id: UUID) async throws -> String? {
        try await self.file.perform { database in
            try String.fetchOne(
                database, sql: "SELECT model FROM catalog_events WHERE registered_id = ?",
                arguments: [id.uuidString.lowercased()])
        }
    }

    private static func conflict(_ model: String) -> CatalogError {
        CatalogError(.conflict, "Others have changed the model '\(model)' meanwhile; look again, then try again.")
    }
}
