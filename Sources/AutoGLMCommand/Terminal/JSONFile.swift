// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads JSON files.
enum JSONFile {
    /// The JSON in a file, or on standard input for `-`.
    ///
    /// - Throws: ``CommandError`` that names the file, with line and column of what is wrong in it.
    static func value(path: String) throws -> JSONValue {
        let bytes = try path == "-" ? InputFile.standardInput() : InputFile.bytes(path: path)
        do {
            return try JSONValue(parsing: bytes)
        } catch let error as JSONError {
            throw CommandError(.badInput, "'\(path)' is not JSON: \(error.message)")
        }
    }
}
