// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import ModelCatalog
package import PostgresConnections

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A catalogue of models in a PostgreSQL database, which many machines share.
public final class PostgresCatalogStore: CatalogStore {
    private let connection: PostgresConnection
    private let tables: PostgresSchema

    /// Keeps a catalogue in a database; its tables are made when they are first needed.
    package init(_ connection: PostgresConnection) {
        self.connection = connection
        self.tables = PostgresSchema(
            connection, named: "autoglm_catalog_versions", lock: Self.lock, versions: [Self.statements])
    }

    /// Keeps a catalogue in a database; its tables are made when they are first needed.
    ///
    /// - Parameter url: Such as `postgresql://autoglm@db.example/models?password_env=PASSWORD`.
    /// - Throws: `PostgresError` with code `.invalidURL`.
    public convenience init(url: String) throws { self.init(PostgresConnection(try PostgresURL(url))) }

    /// The events of a model, in order.
    ///
    /// - Throws: `PostgresError`.
    public func events(of model: String) async throws -> [CatalogEvent] {
        try await self.rows("SELECT event FROM autoglm_catalog_events WHERE model = $1 ORDER BY position", model)
            .map { try CatalogEvent(json: $0) }
    }

    /// Adds events to a model: all of them or none.
    ///
    /// - Throws: `PostgresError`, `CatalogError` with code `.conflict`.
    public func append(_ events: [CatalogEvent], to model: String, after count: Int) async throws {
        let rows = events.map { event -> [JSONValue] in
            let id = event.change.registeredID.map { JSONValue.string($0.uuidString.lowercased()) }
            return [id ?? .null, .string(event.json.serialized())]
        }
        try await self.tables.prepare()
        do {
            try await self.connection.transaction { session in
                let sql = "SELECT count(*) FROM autoglm_catalog_events WHERE model = $1"
                let present = try session.execute(sql, [.string(model)]).rows.first?.first
                guard present == .integer(count) else { throw Self.conflict(model) }
                for (index, row) in rows.enumerated() {
                    try session.execute(
                        """
                        INSERT INTO autoglm_catalog_events (model, position, registered_id, event)
                            VALUES ($1, $2, $3, $4)
                        """, [.string(model), .integer(count + index)] + row)
                }
            }
        } catch let error as PostgresError where [.violation, .conflict].contains(error.code) {
            throw Self.conflict(model)
        }
    }

    /// The names of all models, sorted.
    ///
    /// - Throws: `PostgresError`.
    public func models() async throws -> [String] {
        // Sorted by their bytes, whatever the database's language is.
        try await self.rows(#"SELECT DISTINCT model COLLATE "C" AS m FROM autoglm_catalog_events ORDER BY m"#)
            .compactMap(\.stringValue)
    }

    /// The name of the model that has a version with this id.
    ///
    /// - Throws: `PostgresError`.
    public func model(ofVersion id: UUID) async throws -> String? {
        try await self.rows(
            "SELECT model FROM autoglm_catalog_events WHERE registered_id = $1", id.uuidString.lowercased()
        ).first?.stringValue
    }

    private func rows(_ sql: String, _ parameters: String...) async throws -> [JSONValue] {
        try await self.tables.prepare()
        return try await self.connection.perform { session in
            try session.execute(sql, parameters.map { .string($0) }).rows.compactMap(\.first)
        }
    }

    // MARK: - Tables

    /// The letters `AGLM CAT`, a number that no other program locks by.
    private static let lock = 0x4147_4C4D_0043_4154

    private static let statements = [
        """
        CREATE TABLE IF NOT EXISTS autoglm_catalog_events (
            model text NOT NULL,
            position bigint NOT NULL,
            registered_id uuid UNIQUE,
            event json NOT NULL,
            PRIMARY KEY (model, position)
        )
        """,
        """
        CREATE OR REPLACE FUNCTION autoglm_catalog_keep() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the history of models is not changed'; END $$
        """,
        "DROP TRIGGER IF EXISTS autoglm_catalog_keep ON autoglm_catalog_events",
        """
        CREATE TRIGGER autoglm_catalog_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON autoglm_catalog_events
            EXECUTE FUNCTION autoglm_catalog_keep()
        """,
    ]

    private static func conflict(_ model: String) -> CatalogError {
        CatalogError(.conflict, "Others have changed the model '\(model)' meanwhile; look again, then try again.")
    }
}
