// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import ArgumentParser
internal import LLMCore
internal import OrderedCollections

/// `autoglm keys`: the keys by which a server knows its clients.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make keys for the clients of a server, and hash keys that there are.",
        discussion: """
            Example:
              autoglm keys new --name ci
              printf %s "$KEY" | autoglm keys hash --name ci

            A server keeps hashes of keys ('server: {access: {keys: …}}' or a file of them), never keys. See docs/operations.md.
            """,
        subcommands: [KeysNewCommand.self, KeysHashCommand.self])
}

/// What a server is told of a key.
struct KeyOptions: ParsableArguments {
    @Option(help: "What the key is called in accounts and logs.")
    var name: String

    @Option(
        help:
            "What it may do: \(AccessScope.allCases.map(\.rawValue).joined(separator: ", ")) (default: inference). May be repeated."
    )
    var scope: [String] = []

    @Option(help: "A model that it may ask, or the beginning of names and a star (default: all). May be repeated.")
    var model: [String] = []

    func validate() throws {
        for scope in self.scope where AccessScope(rawValue: scope) == nil {
            let known = AccessScope.allCases.map(\.rawValue)
            throw ValidationError("There is no --scope '\(scope)'. \(NearestName.hint(for: scope, in: known))")
        }
        guard !self.name.isEmpty, self.name.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw ValidationError("--name must have letters, digits and signs without spaces.")
        }
    }

    /// The key's line in a file of keys.
    func entry(_ hash: KeyHash) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = ["hash": .string(hash.description)]
        if !self.scope.isEmpty { members["scopes"] = .array(self.scope.map { .string($0) }) }
        if !self.model.isEmpty { members["models"] = .array(self.model.map { .string($0) }) }
        return .object(members)
    }

    /// Writes the line; JSON is YAML, too.
    func write(_ hash: KeyHash, key: String?, as format: OutputFormat) throws {
        let entry = self.entry(hash)
        switch format {
        case .json:
            var members: OrderedDictionary<String, JSONValue> = ["name": .string(self.name)]
            if let key { members["key"] = .string(key) }
            members.merge(entry.objectValue ?? [:]) { $1 }
            try Console.json(.object(members))
        case .text:
            try Console.line("\(JSONValue.string(self.name).serialized()): \(entry.serialized())")
        }
    }
}

/// `autoglm keys new`: makes a key.
struct KeysNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a key of 256 random bits; it is shown once, and its line for a file of keys goes to stdout.",
        discussion: """
            Example:
              autoglm keys new --name ci --model chat >> keys.yaml

            The key goes to stderr, so that it is in no file by accident; with --output json it is a member of the object.
            """)

    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        let secret = APISecret.make(using: &generator)
        if self.output.format == .text { Console.note("Key (shown only now): \(secret)") }
        try self.key.write(KeyHash(of: secret), key: secret, as: self.output.format)
    }
}

/// `autoglm keys hash`: hashes a key that there is.
struct KeysHashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash",
        abstract: "Read a key from standard input, and print its line for a file of keys.",
        discussion: """
            Example:
              autoglm keys hash --name ci < key.txt
            """)

    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let words = try InputFile.standardInputText().split(whereSeparator: \.isWhitespace)
        guard words.count == 1, words[0].count >= APISecret.shortest else {
            throw CommandError(
                .badInput,
                "A key has no spaces, and \(APISecret.shortest) characters or more, which nobody can find by trying.")
        }
        try self.key.write(KeyHash(of: String(words[0])), key: nil, as: self.output.format)
    }
}
