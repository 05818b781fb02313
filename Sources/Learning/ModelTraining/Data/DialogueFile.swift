// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelFiles

/// Files of dialogues, one JSON object in each line.
package enum DialogueFile {
    /// Reads a file.
    ///
    /// - Throws: ``TrainingError`` that names the file and the line; ``ModelFileError`` where the file cannot be read.
    package static func dialogues(path: String) throws -> [LabelledDialogue] {
        let storage = try ByteStorage(mapping: path)
        var dialogues: [LabelledDialogue] = []
        let lines = storage.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
            try Task.checkCancellation()
            do {
                dialogues.append(try LabelledDialogue(JSONValue(parsing: line)))
            } catch let error as any CodedError {
                throw TrainingError(.badData, "\(path), line \(index + 1): \(error.message)", cause: error)
            }
        }
        guard !dialogues.isEmpty else { throw TrainingError(.noData, "\(path): there is no dialogue in it.") }
        return dialogues
    }
}
