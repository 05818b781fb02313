// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade

/// `autoglm embed`: texts to vectors.
struct EmbedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Turn texts into vectors whose nearness is that of meaning.",
        discussion: """
            Example:
              autoglm embed "A cat sleeps." "The kitten naps." "Stocks fell."

            The model is an encoder: a folder as Hugging Face and sentence-transformers hold it (BERT, RoBERTa, XLM-R or \
            Nomic BERT). Texts come as arguments, or line by line from a file or standard input. Several texts are \
            compared with each other; with --output json one object is printed: model, dimensions, vectors, tokens, truncated.
            """)

    @Option(help: "The encoder's name, or the path of its folder.")
    var model: String = ModelLocator.defaultEncoder

    @Option(help: "Read texts from this file, one a line.")
    var file: String?

    @Option(help: "Put the model's prompt of this name before each text, such as query or passage.")
    var promptName: String?

    @Option(parsing: .unconditional, help: "Threads that compute (default: one per processor).")
    var threads: Int?

    @OptionGroup var output: OutputOptions

    @Argument(help: "The texts (default: the lines of standard input).")
    var texts: [String] = []

    func validate() throws {
        if self.file != nil, !self.texts.isEmpty { throw ValidationError("Give texts or --file, not both.") }
        if let threads, threads < 1 { throw ValidationError("--threads is \(threads); it must be 1 or more.") }
    }

    func run() async throws {
        let texts = try self.input()
        let options = EngineConfiguration(threads: try self.threads ?? Settings.number("THREADS"))
        let model = try LocalEmbedder(self.model, configuration: options)
        let embeddings = try await model.embeddings(of: texts, promptName: self.promptName)
        let report = EmbeddingReport(model: model, texts: texts, embeddings: embeddings)
        switch self.output.format {
        case .json: try Console.json(report.json)
        case .text: try Console.write(report.text)
        }
    }

    private func input() throws -> [String] {
        if !self.texts.isEmpty { return self.texts }
        if let file { return Self.lines(try InputFile.text(path: file)) }
        guard !Console.inputIsTerminal else {
            throw ValidationError("Missing texts: give them as arguments, with --file, or on standard input.")
        }
        return Self.lines(try InputFile.standardInputText())
    }

    /// A text a line; the newline at the end begins no text.
    private static func lines(_ text: String) -> [String] {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
