// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
internal import OrderedCollections
package import TaskModels

/// What a teacher says of each utterance to learn from: a model of our own, or whoever wrote a file.
package struct TeacherAnswers: Sendable {
    /// The classes.
    package let labels: [String]
    /// The logits of the classes for each utterance, in the order of the data.
    package let logits: [[Float]]

    /// The probability below which a file's probabilities are taken for it.
    private static let least = 1e-6

    /// Asks a model.
    ///
    /// - Parameters:
    ///   - training: What to learn from.
    ///   - group: Processes that share the work, and get all answers.
    ///   - onProgress: Is told how many of how many utterances were read.
    /// - Throws: ``TrainingError``; `CancellationError` when the task is cancelled.
    package init(
        by teacher: IntentModel, of training: [LabelledDialogue], in group: any ProcessGroup = LoneProcess(),
        _ onProgress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        self.labels = teacher.labels
        self.logits =
            try IntentEvaluation(teacher, IntentExamples(training, for: teacher), by: group, onProgress).logits
    }

    /// Reads a file that has, in each line, an object with the `probabilities` of an utterance's classes, as `autoglm train labels`
    /// writes it.
    ///
    /// - Throws: ``TrainingError`` with code `.badData` that names the line; ``ModelFileError`` where the file cannot be read.
    package init(path: String) throws {
        var labels: [String]?
        self.logits = try LineFile.read(path: path) { json in
            guard let probabilities = json["probabilities"]?.objectValue, probabilities.count > 1 else {
                throw TrainingError(.badData, "there are no 'probabilities' of two classes at least.")
            }
            let names = labels ?? probabilities.keys.sorted()
            labels = names
            guard names.count == probabilities.count else {
                throw TrainingError(.badData, "the probabilities are not of the classes of the first line.")
            }
            return try names.map { name in
                guard let value = probabilities[name]?.numberValue, (0...1.001).contains(value) else {
                    throw TrainingError(.badData, "class '\(name)' has no probability from 0 to 1.")
                }
                return Float(log(max(value, Self.least)))
            }
        }
        guard let labels else { throw TrainingError(.noData, "\(path): there is no line in it.") }
        self.labels = labels
    }
}
