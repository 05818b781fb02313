// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import GRDBSQLite
internal import LLMCore
internal import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension SQLQuery {
    private static let maximumValueBytes: Int32 = 16 << 20

    /// Asks a SQLite database on a connection of its own that is opened for reading only; cancelling the task interrupts it.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` that says what the database says.
    func run(onFile path: String) async throws -> Answer {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.prepareDatabase { database in
            // No other file, and no value that fills the memory.
            sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
            sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_LENGTH, Self.maximumValueBytes)
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return try await queue.read { try self.answer($0) }
        } catch let error as DatabaseError {
            let message = error.message ?? "\(error.resultCode)"
            throw PipelineError(.invalidValue, "The database refuses the query: \(message).", cause: error)
        }
    }

    private func answer(_ database: Database) throws -> Answer {
        let statement = try database.makeStatement(sql: self.text)
        guard statement.isReadonly else { throw PipelineError(.invalidValue, "The query would change the database.") }
        try statement.setArguments(self.arguments())
        var answer = Answer(columns: statement.columnNames)
        var size = 0
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() {
            guard answer.rows.count < self.maximumRows else {
                answer.isTruncated = true
                break
            }
            let values: [JSONValue] = row.databaseValues.map(Self.json)
            size += values.reduce(16 * values.count) { $0 + ($1.stringValue?.utf8.count ?? 0) }
            guard size <= Self.maximumAnswerBytes else {
                throw PipelineError(.invalidValue, "The answer is too large; ask for fewer columns or rows.")
            }
            answer.add(values)
        }
        return answer
    }

    private func arguments() throws -> StatementArguments {
        if let members = self.parameters.objectValue {
            return StatementArguments(
                Dictionary(uniqueKeysWithValues: try members.map { ($0.key, try Self.databaseValue($0.value)) }))
        }
        return StatementArguments(try (self.parameters.arrayValue ?? [self.parameters]).map(Self.databaseValue))
    }

    private static func databaseValue(_ value: JSONValue) throws -> DatabaseValue {
        switch value {
        case .null: .null
        case .bool(let value): (value ? 1 : 0).databaseValue
        case .integer(let value): value.databaseValue
        case .number(let value): value.databaseValue
        case .string(let value): value.databaseValue
        case .array, .object:
            throw PipelineError(.invalidValue, "A parameter must be a text, a number, true, false or null.")
        }
    }

    private static func json(_ value: DatabaseValue) -> JSONValue {
        switch value.storage {
        case .null: .null
        case .int64(let value): .integer(Int(value))
        case .double(let value): .number(value)
        case .string(let value): .string(value)
        case .blob(let value): .string(value.base64EncodedString())
        }
    }
}
