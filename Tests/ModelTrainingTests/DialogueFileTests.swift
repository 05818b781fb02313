// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelFiles
import ModelTraining
import TaskModels
import Testing

@Suite("Files of dialogues")
struct DialogueFileTests {
    private func read(_ text: String) throws -> [LabelledDialogue] {
        try TinyDialogues.withFolder { folder in
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/a.jsonl"))
            return try DialogueFile.dialogues(path: "\(folder)/a.jsonl")
        }
    }

    @Test("A line is a dialogue or a single utterance; empty lines are none")
    func lines() throws {
        let dialogues = try self.read(
            """
            {"turns":[{"speaker":"user","text":"Hi","intent":"greet"},{"speaker":"system","text":"Hello"}]}

            {"text":"bye","intent":"leave"}
            """ + "\r\n")
        #expect(dialogues.map(\.intents) == [["greet", nil], ["leave"]])
        #expect(dialogues[0].turns[1].speaker == .system && dialogues[1].turns[0].text == "bye")
    }

    @Test(
        "What is wrong is told with its line",
        arguments: [
            ("{\"text\":\"a\"}\n{", "line 2"), ("{\"turns\":7}", "'turns'"), ("{\"intent\":\"a\"}", "'text'"),
            ("{\"turns\":[{\"speaker\":\"robot\",\"text\":\"a\"}]}", "robot"), ("[]", "'text'"),
            ("\n\n", "no dialogue"),
            ("\u{0}", "line 1"),
        ])
    func wrong(text: String, word: String) {
        let error = #expect(throws: TrainingError.self) { try self.read(text) }
        #expect(error?.message.contains(word) == true, "\(String(describing: error))")
    }

    @Test("A file that is not there is told by its name")
    func missing() {
        #expect(throws: ModelFileError.self) { try DialogueFile.dialogues(path: "/nowhere/a.jsonl") }
    }
}
