// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import PostgresConnections
internal import RunStorage

/// A row of an answer, whose columns are read by their names.
struct StoredRow: Sendable {
    private let columns: [String: Int]
    private let values: [JSONValue]

    fileprivate init(columns: [String: Int], values: [JSONValue]) {
        self.columns = columns
        self.values = values
    }

    /// A text.
    ///
    /// - Throws: `StorageError` with code `.unreadable` where there is something else.
    func text(_ column: String) throws -> String { try self.value(column, \.stringValue) }

    /// A text that may be missing.
    func textIfAny(_ column: String) throws -> String? { try self.isNull(column) ? nil : self.text(column) }

    /// A whole number.
    ///
    /// - Throws: `StorageError` with code `.unreadable` where there is something else.
    func integer(_ column: String) throws -> Int { try self.value(column, \.integerValue) }

    /// A whole number that may be missing.
    func integerIfAny(_ column: String) throws -> Int? { try self.isNull(column) ? nil : self.integer(column) }

    /// A number.
    ///
    /// - Throws: `StorageError` with code `.unreadable` where there is something else.
    func number(_ column: String) throws -> Double { try self.value(column, \.numberValue) }

    /// A number that may be missing.
    func numberIfAny(_ column: String) throws -> Double? { try self.isNull(column) ? nil : self.number(column) }

    /// Whether something is so; nothing is not so.
    func isTrue(_ column: String) -> Bool { self.columns[column].map { self.values[$0] } == true }

    private func isNull(_ column: String) -> Bool { self.columns[column].map { self.values[$0] } == .null }

    private func value<Value>(_ column: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let value = self.columns[column].flatMap({ read(self.values[$0]) }) else {
            throw StorageError(
                .unreadable, "The column '\(column)' of a table of runs holds something else than it should.")
        }
        return value
    }
}

extension PostgresAnswer {
    /// The rows, by their columns' names.
    var records: [StoredRow] {
        let columns = Dictionary(self.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return self.rows.map { StoredRow(columns: columns, values: $0) }
    }
}
