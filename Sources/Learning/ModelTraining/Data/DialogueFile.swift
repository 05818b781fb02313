// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Files of dialogues, one JSON object in each line.
package enum DialogueFile {
    /// Reads a file.
    ///
    /// - Throws: ``TrainingError`` that names the file and the line; ``ModelFileError`` where the file cannot be read.
    package static func dialogues(path: String) throws -> [LabelledDialogue] {
        let dialogues = try LineFile.read(path: path) { try LabelledDialogue($0) }
        guard !dialogues.isEmpty else { throw TrainingError(.noData, "\(path): there is no dialogue in it.") }
        return dialogues
    }
}
