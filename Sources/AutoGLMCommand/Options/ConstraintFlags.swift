// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// What an answer must look like.
struct ConstraintFlags: ParsableArguments {
    @Option(
        help: """
            Answer with JSON that fits the JSON Schema in this file. A model that cannot be held to it is asked again with \
            the reason while its answer does not fit, at most 3 times.
            """)
    var jsonSchema: String?

    @Option(help: "Answer with a text that this regular expression (ECMA 262) matches from beginning to end.")
    var regex: String?

    @Option(help: "Answer with one of some texts: give this option once for each.")
    var choice: [String] = []

    @Option(
        help: "Answer with a text that the grammar in this file (GBNF, llama.cpp's EBNF) derives from its rule 'root'.")
    var grammar: String?

    func validate() throws {
        if self.given.count > 1 {
            throw ValidationError("An answer has one form: give \(self.given.joined(separator: " or ")), not both.")
        }
    }

    /// The options that are given.
    private var given: [String] {
        [
            ("--json-schema", self.jsonSchema != nil), ("--regex", self.regex != nil),
            ("--choice", !self.choice.isEmpty), ("--grammar", self.grammar != nil),
        ].filter(\.1).map(\.0)
    }

    /// Whether the answer may be any text.
    var isFree: Bool { self.given.isEmpty }

    /// The constraint but for a schema, which is checked apart; nil where the answer is free.
    ///
    /// - Throws: ``CommandError`` when a file cannot be read.
    func constraint() throws -> OutputConstraint? {
        if let regex { return .regularExpression(regex) }
        if let grammar { return .grammar(try InputFile.text(path: grammar)) }
        return self.choice.isEmpty ? nil : .choices(self.choice)
    }
}
