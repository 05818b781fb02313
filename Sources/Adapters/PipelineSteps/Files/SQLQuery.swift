// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import GRDBSQLite
internal import LLMCore
internal import OrderedCollections
internal import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A question to a SQLite database.
struct SQLQuery: Sendable {
    /// What came back.
    struct Answer: Sendable {
        var columns: [String] = []
        var rows: [JSONValue] = []
        var isTruncated = false
    }

    private static let beginnings = ["SELECT", "WITH", "VALUES"]
    private static let maximumValueBytes: Int32 = 16 << 20
    private static let maximumAnswerBytes = 64 << 20

    let text: String
    let parameters: JSONValue
    let maximumRows: Int

    /// Asks on a connection of its own that is opened for reading only; cancelling the task interrupts it.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` that says what the database says.
    func run(on path: String) async throws -> Answer {
        guard let word = self.text.split(whereSeparator: { $0.isWhitespace || $0 == "(" }).first?.uppercased(),
            Self.beginnings.contains(word)
        else { throw PipelineError(.invalidValue, "The query must begin with SELECT, WITH or VALUES.") }
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
        var answer = Answer(columns: Self.distinct(statement.columnNames))
        var size = 0
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() {
            guard answer.rows.count < self.maximumRows else {
                answer.isTruncated = true
                break
            }
            let values = row.databaseValues.map(Self.json)
            size += values.reduce(16 * values.count) { $0 + ($1.stringValue?.utf8.count ?? 0) }
            guard size <= Self.maximumAnswerBytes else {
                throw PipelineError(.invalidValue, "The answer is too large; ask for fewer columns or rows.")
            }
            answer.rows.append(.object(OrderedDictionary(uniqueKeysWithValues: zip(answer.columns, values))))
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

    /// Column names that are all different: a second `name` becomes `name_2`.
    private static func distinct(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.map { name in
            var (distinct, number) = (name, 1)
            while !seen.insert(distinct).inserted {
                number += 1
                distinct = "\(name)_\(number)"
            }
            return distinct
        }
    }
}
