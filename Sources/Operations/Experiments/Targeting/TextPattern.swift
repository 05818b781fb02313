// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

/// A regular expression over attributes, matched in linear time by the machine of JSON Schema's `pattern`.
struct TextPattern: Sendable {
    private let schema: JSONSchema
    private let ignoresCase: Bool

    /// Compiles a pattern; throws what JSON Schema says of one that is broken.
    ///
    /// Ignoring case lowers the letters of pattern and text; what stands behind a backslash stays.
    init(_ pattern: String, ignoringCase: Bool) throws {
        let pattern = ignoringCase ? Self.lowered(pattern) : pattern
        self.schema = try JSONSchema(["type": "string", "pattern": .string(pattern)])
        self.ignoresCase = ignoringCase
    }

    /// Whether the pattern is found anywhere in a text.
    func matches(_ text: String) -> Bool {
        self.schema.validate(.string(self.ignoresCase ? text.lowercased() : text)).isEmpty
    }

    private static func lowered(_ pattern: String) -> String {
        var (result, isEscaped) = ("", false)
        for character in pattern {
            result += isEscaped ? String(character) : character.lowercased()
            isEscaped = character == "\\" && !isEscaped
        }
        return result
    }
}
