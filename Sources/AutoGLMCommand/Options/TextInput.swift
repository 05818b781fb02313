// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// Text given on the command line, in a file (`@FILE`), or on standard input (`-`, or nothing where it is no terminal).
struct TextInput: ExpressibleByArgument {
    private let argument: String

    init(argument: String) { self.argument = argument }

    /// The text itself.
    ///
    /// - Throws: ``CommandError`` when a file cannot be read.
    func text() throws -> String {
        if self.argument == "-" { return try InputFile.standardInputText() }
        guard self.argument.hasPrefix("@") else { return self.argument }
        do {
            return try InputFile.text(path: String(self.argument.dropFirst()))
        } catch let error as CommandError {
            let hint = "To give a text that begins with '@', pipe it in."
            throw CommandError(error.code, "\(error.message) \(hint)")
        }
    }

    /// The text of an argument that may be missing.
    ///
    /// - Throws: `ValidationError` when it is missing and nothing is piped in.
    static func text(_ input: Self?, name: String) throws -> String {
        if let input { return try input.text() }
        guard !Console.inputIsTerminal else {
            throw ValidationError("Missing \(name): give it as an argument, as @FILE, or on standard input.")
        }
        return try InputFile.standardInputText()
    }
}
