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
            (self.turns, self.intents) = ([try Self.turn(json)], [try Self.intent(json)])
            return
        }
        guard let turns = turns.arrayValue else { throw TrainingError(.badData, "'turns' is no array.") }
        self.turns = try turns.map(Self.turn)
        self.intents = try turns.map(Self.intent)
    }

    private static func intent(_ json: JSONValue) throws -> String? {
        guard let intent = json["intent"], intent != .null else { return nil }
        guard let label = intent.stringValue, !label.isEmpty else {
            throw TrainingError(.badData, "'intent' is \(intent), not a text.")
        }
        return label
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
