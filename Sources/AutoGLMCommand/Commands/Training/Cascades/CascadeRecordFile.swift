// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import LLMCore

/// Files with a record in each line.
enum CascadeRecordFile {
    /// Reads a file.
    ///
    /// - Throws: ``CommandError`` that names the file and the line.
    static func read(_ path: String) throws -> [CascadeRecord] {
        let lines = try InputFile.bytes(path: path).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return nil }
            do { return try CascadeRecord(JSONValue(parsing: Array(line))) } catch let error as any CodedError {
                throw CommandError(.badInput, "'\(path)', line \(index + 1): \(error.message)")
            }
        }
    }
}
