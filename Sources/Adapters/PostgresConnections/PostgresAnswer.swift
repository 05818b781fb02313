// SPDX-License-Identifier: Apache-2.0

internal import CPostgres
package import LLMCore

/// What a statement gave.
package struct PostgresAnswer: Sendable {
    /// The columns' names, as the server gives them: two may be alike.
    package private(set) var columns: [String] = []
    /// The rows, each with a value for each column.
    package private(set) var rows: [[JSONValue]] = []
    /// Whether there were more rows than asked for.
    package private(set) var isTruncated = false
    /// How many rows the statement gave or changed.
    package internal(set) var affected = 0

    private var types: [UInt32] = []

    /// Takes the rows of a result: one, or none at the end of all.
    mutating func add(
        _ result: OpaquePointer, _ library: cpq_library, _ limits: PostgresSession.Limits, _ bytes: inout Int
    ) throws {
        let columns = library.column_count(result)
        if self.columns.isEmpty {
            self.columns = (0..<columns).map { library.column_name(result, $0).map { String(cString: $0) } ?? "" }
            self.types = (0..<columns).map { library.column_type(result, $0) }
        }
        for row in 0..<library.row_count(result) {
            guard self.rows.count < limits.rows else {
                self.isTruncated = true
                return
            }
            var values = [JSONValue]()
            values.reserveCapacity(Int(columns))
            for column in 0..<columns {
                let length = Int(library.length(result, row, column))
                bytes += length + 16
                guard bytes <= limits.bytes else { throw PostgresSession.tooLarge }
                guard library.is_null(result, row, column) == 0, let start = library.value(result, row, column) else {
                    values.append(.null)
                    continue
                }
                let text = String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
                values.append(try PostgresValue.json(text, type: self.types[Int(column)]))
            }
            self.rows.append(values)
        }
    }
}
