// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import OrderedCollections
internal import Tokenization

/// `autoglm tokenize`: text to token ids.
struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Turn text into token ids.",
        discussion: """
            Example:
              autoglm tokenize --model smollm2 --output json "Hello world"

            The bytes of a file or of standard input are taken exactly as they are: no newline is removed, and they need \
            not be UTF-8.
            """)

    @OptionGroup var vocabulary: VocabularyOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Read the text from this file.")
    var file: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether the spelling of a special token, such as <|im_end|>, becomes that token.")
    var parseSpecial = true

    @Flag(help: "Add the tokens for the text's beginning and end, as the model wants it.")
    var addSpecial = false

    @Flag(help: "Show each token's text, too.")
    var pieces = false

    @Argument(help: "The text (default: standard input).")
    var text: String?

    func validate() throws {
        if self.file != nil, self.text != nil { throw ValidationError("Give a text or --file, not both.") }
    }

    func run() async throws {
        let bytes = try self.input()
        let tokenizer = try self.vocabulary.tokenizer()
        let ids = tokenizer.encode(
            bytes: bytes, addSpecial: self.addSpecial, parseSpecial: self.parseSpecial)
        switch self.output.format {
        case .json: try Console.json(self.report(ids, tokenizer))
        case .text where self.pieces:
            try Console.write(ids.map { "\($0)\t\(Self.piece($0, tokenizer).serialized())\n" }.joined())
        case .text: try Console.line(ids.map(String.init).joined(separator: " "))
        }
    }

    private func input() throws -> [UInt8] {
        if let text { return Array(text.utf8) }
        if let file { return try InputFile.bytes(path: file) }
        guard !Console.inputIsTerminal else {
            throw ValidationError("Missing text: give it as an argument, with --file, or on standard input.")
        }
        return try InputFile.standardInput()
    }

    private func report(_ ids: [TokenID], _ tokenizer: Tokenizer) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "token_ids": .array(ids.map { .integer(Int($0)) }), "count": .integer(ids.count),
        ]
        if self.pieces { members["pieces"] = .array(ids.map { Self.piece($0, tokenizer) }) }
        return .object(members)
    }

    /// A token's text; bytes that are no character show as U+FFFD.
    private static func piece(_ id: TokenID, _ tokenizer: Tokenizer) -> JSONValue {
        .string(String(decoding: tokenizer.bytes(of: id) ?? [], as: UTF8.self))
    }
}
