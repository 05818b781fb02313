// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// `autoglm bench`: our own measurements.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure our own speed.",
        discussion: """
            Example:
              autoglm bench engine --threads 2 --output json
            """,
        subcommands: [
            BenchEngineCommand.self, BenchConstraintsCommand.self, BenchAnswersCommand.self, BenchPromptsCommand.self,
            BenchOrchestratorCommand.self, BenchMiddlewareCommand.self, BenchBusCommand.self,
            BenchMultimodalCommand.self,
            BenchPluginsCommand.self,
        ])
}

/// `autoglm bench prompts`: what `bench engine` asks, for programs that ask somebody else the same.
struct BenchPromptsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompts",
        abstract: "Print the prompts that are measured, as token ids, for programs that give them to a peer.",
        discussion: """
            Example:
              autoglm bench prompts --count 80 --tokens 512 --output json
            """)

    @OptionGroup var vocabulary: VocabularyOptions

    @Option(parsing: .unconditional, help: "How many prompts.")
    var count = 16

    @Option(parsing: .unconditional, help: "Tokens of each prompt.")
    var tokens = 512

    @OptionGroup var output: OutputOptions

    func validate() throws { try BenchEngineCommand.check(["--count": self.count, "--tokens": self.tokens]) }

    func run() throws {
        let prompts = BenchmarkPrompts(tokenizer: try self.vocabulary.tokenizer())
        let ids = (0..<self.count).map { prompts.prompt($0, tokens: self.tokens).map { JSONValue.integer(Int($0)) } }
        switch self.output.format {
        case .json:
            try Console.json(["model": .string(self.vocabulary.model), "prompts": .array(ids.map { .array($0) })])
        case .text: for prompt in ids { try Console.line(prompt.map { $0.serialized() }.joined(separator: " ")) }
        }
    }
}
