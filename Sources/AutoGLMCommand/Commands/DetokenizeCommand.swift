// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import Tokenization

/// `autoglm detokenize`: token ids to text.
struct DetokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detokenize",
        abstract: "Turn token ids back into text, exactly.",
        discussion: """
            Example:
              autoglm detokenize --model smollm2 19556 905

            Ids are separated by spaces, commas or newlines; the JSON of `tokenize --output json` is understood, too. The \
            bytes of the tokens are written as they are, with no newline added.
            """)

    @OptionGroup var vocabulary: VocabularyOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Read the ids from this file.")
    var file: String?

    @Flag(help: "Leave out special tokens, such as <|im_end|>.")
    var skipSpecial = false

    @Argument(help: "The token ids (default: standard input).")
    var ids: [String] = []

    func validate() throws {
        if self.file != nil, !self.ids.isEmpty { throw ValidationError("Give ids or --file, not both.") }
    }

    func run() async throws {
        let text = try self.input()
        let tokenizer = try self.vocabulary.tokenizer()
        let ids = try Self.ids(in: text, vocabularySize: tokenizer.vocabularySize)
        let bytes = tokenizer.decodeBytes(ids, skipSpecial: self.skipSpecial)
        switch self.output.format {
        case .text: try Console.write(bytes)
        case .json:
            try Console.json(["text": .string(String(decoding: bytes, as: UTF8.self)), "count": .integer(ids.count)])
        }
    }

    private func input() throws -> String {
        if !self.ids.isEmpty { return self.ids.joined(separator: " ") }
        if let file { return try InputFile.text(path: file) }
        guard !Console.inputIsTerminal else {
            throw ValidationError("Missing ids: give them as arguments, with --file, or on standard input.")
        }
        return try InputFile.standardInputText()
    }

    private static func ids(in text: String, vocabularySize: Int) throws -> [TokenID] {
        if let json = try? JSONValue(parsing: text), let list = (json["token_ids"] ?? json).arrayValue {
            return try list.map { try self.id($0.integerValue, written: $0.serialized(), vocabularySize) }
        }
        let words = text.split { $0.isWhitespace || $0 == "," || $0 == "[" || $0 == "]" }
        return try words.map { try self.id(Int($0), written: String($0), vocabularySize) }
    }

    private static func id(_ number: Int?, written: String, _ vocabularySize: Int) throws -> TokenID {
        guard let number, (0..<vocabularySize).contains(number), let id = TokenID(exactly: number) else {
            throw CommandError(
                .badInput,
                "'\(written.prefix(40))' is no token id of this model; ids are from 0 to \(vocabularySize - 1).")
        }
        return id
    }
}
