// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import TaskModels

/// A dialogue in which some turns have an intent.
package struct LabelledDialogue: Sendable {
    /// What was said, in its order.
    package var turns: [DialogueTurn]
    /// The intent of each turn; nil where it has none.
    package var intents: [String?]

    /// Makes a dialogue.
    package init(turns: [DialogueTurn], intents: [String?]) { (self.turns, self.intents) = (turns, intents) }

    /// Reads a line of a data file: an object with `turns`, each with `speaker`, `text` and perhaps `intent`, or a single `text` with
    /// its `intent`.
    ///
    /// - Throws: ``TrainingError`` with code `.badData`.
    init(_ json: JSONValue) throws {
        guard let turns = json["turns"] else {
            (self.turns, self.intents) = ([try Self.turn(json)], [json["intent"]?.stringValue])
            return
        }
        guard let turns = turns.arrayValue else { throw TrainingError(.badData, "'turns' is no array.") }
        self.turns = try turns.map(Self.turn)
        self.intents = turns.map { $0["intent"]?.stringValue }
    }

    private static func turn(_ json: JSONValue) throws -> DialogueTurn {
        guard let text = json["text"]?.stringValue else { throw TrainingError(.badData, "A turn has no 'text'.") }
        guard let name = json["speaker"] else { return DialogueTurn(.user, text) }
        guard let speaker = name.stringValue.flatMap(DialogueTurn.Speaker.init) else {
            throw TrainingError(.badData, "'speaker' is \(name), not \"user\" or \"system\".")
        }
        return DialogueTurn(speaker, text)
    }
}
