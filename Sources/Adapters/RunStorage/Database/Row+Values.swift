// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import LLMCore

extension Row {
    /// The value in a column; what a damaged file holds there instead is an error, where a subscript would trap.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable`.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ column: String, as type: Value.Type = Value.self
    ) throws -> Value {
        do { return try self.decode(Value.self, forColumn: column) } catch {
            throw StorageError(
                .unreadable, "The column '\(column)' holds something else than it should; the file is damaged.",
                cause: error)
        }
    }
}
