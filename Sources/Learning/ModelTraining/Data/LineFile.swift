// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

/// Files with a JSON object in each line.
enum LineFile {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - read: Makes something of a line.
    /// - Throws: ``TrainingError`` that names the file and the line; ``ModelFileError`` where the file cannot be read.
    static func read<Entry>(path: String, _ read: (JSONValue) throws -> Entry) throws -> [Entry] {
        let storage = try ByteStorage(mapping: path)
        var entries: [Entry] = []
        let lines = storage.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            try Task.checkCancellation()
            do {
                entries.append(try read(JSONValue(parsing: line)))
            } catch let error as any CodedError {
                throw TrainingError(.badData, "\(path), line \(index + 1): \(error.message)", cause: error)
            }
        }
        return entries
    }
}
