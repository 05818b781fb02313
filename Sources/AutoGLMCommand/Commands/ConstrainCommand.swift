// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import OrderedCollections
internal import TokenConstraints
internal import Tokenization

/// `autoglm constrain`: tells whether the masks of a schema let a text through.
struct ConstrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constrain",
        abstract: "Tell whether a schema's token masks admit a JSON text.",
        discussion: """
            Example:
              autoglm constrain --schema person.schema.json --instance person.json

            The text is taken as the file spells it, and cut into the model's tokens; before each the mask must allow it. \
            The exit status is 0 when the text is admitted and 1 when it is refused; then the place is shown, and what \
            was allowed there.
            """)

    @OptionGroup var vocabulary: VocabularyOptions

    @Option(help: "The schema's file.")
    var schema: String

    @Option(help: "The file with the text; - reads standard input.")
    var instance: String

    @OptionGroup var output: OutputOptions

    /// How many of the allowed tokens are shown.
    private static let shownTokens = 12

    func run() throws {
        let tokenizer = try self.vocabulary.tokenizer()
        let automaton = try Self.automaton(path: self.schema)
        let text = try self.instance == "-" ? InputFile.standardInput() : InputFile.bytes(path: self.instance)
        let masks = MaskComputer(automaton, vocabulary: ConstraintVocabulary(tokenizer))
        let admission = Admission(of: text, automaton: automaton, masks: masks, tokenizer: tokenizer)
        switch self.output.format {
        case .json: try Console.json(self.report(admission, tokenizer))
        case .text:
            guard let refusal = admission.refusal else {
                try Console.line("admitted (\(admission.tokens.count) tokens)")
                return
            }
            try Console.line(self.explain(refusal, text, admission.tokens, tokenizer))
        }
        if !admission.isAdmitted { throw ExitCode(ExitStatus.failure) }
    }

    /// Compiles the schema in a file.
    ///
    /// - Throws: ``CommandError`` that names the file.
    private static func automaton(path: String) throws -> SchemaAutomaton {
        do {
            return try SchemaAutomaton(schema: JSONFile.value(path: path))
        } catch let error as ConstraintError {
            throw CommandError(.badInput, "The schema in '\(path)' cannot be turned into masks: \(error.description)")
        }
    }

    private func report(_ admission: Admission, _ tokenizer: Tokenizer) -> JSONValue {
        var report: [(String, JSONValue)] = [
            ("admitted", .bool(admission.isAdmitted)), ("tokens", .integer(admission.tokens.count)),
        ]
        if let refusal = admission.refusal {
            report += [
                ("refused_at_byte", .integer(refusal.position)), ("refused_at_token", .integer(refusal.token)),
                ("allowed_tokens", .integer(refusal.allowed.count)),
                ("allowed", .array(self.shown(refusal, tokenizer).map { .string($0) })),
                ("may_end", .bool(refusal.canEnd)),
            ]
        }
        return .object(.init(uniqueKeysWithValues: report))
    }

    /// Some of the tokens that were allowed, the shortest first.
    private func shown(_ refusal: Admission.Refusal, _ tokenizer: Tokenizer) -> [String] {
        let texts = refusal.allowed.filter { !tokenizer.endOfGeneration.contains($0) }.map {
            tokenizer.decode([$0], skipSpecial: false)
        }
        return Array(texts.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.prefix(Self.shownTokens))
    }

    private func explain(_ refusal: Admission.Refusal, _ text: [UInt8], _ tokens: [TokenID], _ tokenizer: Tokenizer)
        -> String
    {
        let before = String(decoding: text.prefix(refusal.position).suffix(40), as: UTF8.self)
        let refused =
            refusal.token < tokens.count
            ? tokenizer.decode([tokens[refusal.token]], skipSpecial: false).debugDescription : "the end"
        var allowed = self.shown(refusal, tokenizer).map(\.debugDescription)
        if refusal.canEnd { allowed.insert("the end", at: 0) }
        let more = refusal.allowed.count - allowed.count
        return """
            refused at byte \(refusal.position) (token \(refusal.token)), after \(before.debugDescription)
            not allowed: \(refused)
            allowed: \(allowed.joined(separator: " "))\(more > 0 ? " and \(more) more tokens" : "")
            """
    }
}
