// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A task put to a model: what to do, examples of it, and the text to do it with.
struct TaskQuestion: Sendable {
    /// A text and the answer that is right for it.
    struct Example: Sendable {
        var text: String
        var answer: String
    }

    /// What to do, for the model.
    var instruction: String
    /// Examples; very small models follow them far better than instructions.
    var examples: [Example] = []
    /// What to do it with.
    var text: String

    /// Texts before which the answer of a model ends that only continues text.
    static let stop = ["\n\nText:"]

    /// The question as the model takes it: a conversation, or a text to continue.
    func prompt(for model: any ModelAdapter) -> GenerationPrompt {
        guard model.capabilities.contains(.chat) else {
            let examples = self.examples.map { "Text: \($0.text)\nAnswer: \($0.answer)" }
            return .raw(([self.instruction] + examples + ["Text: \(self.text)\nAnswer:"]).joined(separator: "\n\n"))
        }
        let turns = self.examples.flatMap { [Message.user($0.text), .assistant($0.answer)] }
        return .messages([.system(self.instruction)] + turns + [.user(self.text)])
    }
}
