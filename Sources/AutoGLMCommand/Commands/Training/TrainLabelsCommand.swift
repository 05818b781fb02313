// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import LLMCore
internal import ModelFacade
internal import ModelTraining
internal import OrderedCollections

/// `autoglm train labels`: what a language model says of utterances, for a small model to follow.
struct TrainLabelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Ask a language model how likely each intent of each utterance is, for a small model to follow.",
        discussion: """
            Example:
              autoglm train labels --data dialogues/train.jsonl --out soft.jsonl
              autoglm train intent --data dialogues --soft-labels soft.jsonl --out intents

            The model is shown an example of each intent, and scores their names; its liking of certain names is taken off. The file gets \
            an object with "probabilities" for each utterance, in the order of the data; what is there already is kept, so that the \
            same command goes on after Ctrl-C.
            """)

    @OptionGroup(title: "Model") var model: ModelOptions

    @Option(help: "The file of dialogues to learn from.")
    var data: String

    @Option(help: "The file to write.")
    var out: String

    @Option(help: "How often at least an intent must be there, as for 'autoglm train intent'.")
    var minimumExamples = IntentTrainingSettings().minimumExamples

    func run() async throws {
        let dialogues = try DialogueFile.dialogues(path: self.data)
        let agent = try await self.model.open()
        let teacher = try await AdapterTeacher(agent.adapter, dialogues, minimumExamples: self.minimumExamples)
        let known = Set(teacher.labels)
        let utterances = AdapterTeacher.utterances(dialogues).filter { known.contains($0.intent) }
        let done = try self.completeLines()
        if done > 0 {
            Console.note("\(self.out) has \(done) of \(utterances.count) utterances already.")
            guard done <= utterances.count, try TeacherAnswers(path: self.out).labels == teacher.labels else {
                throw TrainingError(
                    .otherTraining, "\(self.out) is of other data than \(self.data); name another file, or remove it.")
            }
        }
        let file = try self.opened()
        defer { try? file.close() }
        let bar = ProgressBar()
        defer { bar.end() }
        for (index, utterance) in utterances.enumerated().dropFirst(done) {
            try Task.checkCancellation()
            let probabilities = try await teacher.probabilities(of: utterance.turns)
            var entry = OrderedDictionary<String, JSONValue>()
            for (label, value) in zip(teacher.labels, probabilities) { entry[label] = .number(value) }
            let line = JSONValue.object(["probabilities": .object(entry)]).serialized() + "\n"
            try file.write(contentsOf: Data(line.utf8))
            bar.show("Asking", "Asking", index + 1, of: utterances.count)
        }
        bar.end()
        try Console.line("\(self.out): \(utterances.count) utterances, \(teacher.labels.count) intents.")
    }

    /// How many whole lines the file has; what comes after them is cut off.
    private func completeLines() throws -> Int {
        guard let data = FileManager.default.contents(atPath: self.out) else { return 0 }
        let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if end < data.count { try data[..<end].write(to: URL(filePath: self.out)) }
        return data[..<end].count { $0 == UInt8(ascii: "\n") }
    }

    private func opened() throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: self.out),
            !FileManager.default.createFile(atPath: self.out, contents: nil)
        {
            throw CommandError(.outputFailed, "\(self.out) cannot be written.")
        }
        let file = try FileHandle(forWritingTo: URL(filePath: self.out))
        try file.seekToEnd()
        return file
    }
}
