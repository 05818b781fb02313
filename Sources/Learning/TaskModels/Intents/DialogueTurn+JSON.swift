// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension DialogueTurn {
    /// Reads turns, the oldest first.
    ///
    /// - Parameter json: An array of objects with `speaker` (user or system) and `text`; nil and null for none.
    /// - Throws: ``TaskModelError`` with code `.malformed` that says which turn is wrong.
    package static func turns(_ json: JSONValue?) throws -> [DialogueTurn] {
        guard let json, json != .null else { return [] }
        guard let turns = json.arrayValue else {
            throw TaskModelError(.malformed, "The turns before an utterance must be an array.")
        }
        return try turns.enumerated().map { index, turn in
            guard let text = turn["text"]?.stringValue, let speaker = turn["speaker"]?.stringValue.flatMap(Speaker.init)
            else {
                throw TaskModelError(
                    .malformed,
                    "Turn \(index + 1) before the utterance must have a 'speaker', user or system, and a 'text'.")
            }
            return DialogueTurn(speaker, text)
        }
    }
}
