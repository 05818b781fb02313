// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// `autoglm bench constraints`: how many schemas become masks, whether the masks are right, and how fast they come.
struct BenchConstraintsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constraints",
        abstract: "Compile JSON Schemas to token masks and hold labelled instances against them, on one thread.",
        discussion: """
            Example:
              autoglm bench constraints --schemas schemas.jsonl --output json

            Each line of the file is an object with `id`, `schema` and `tests`, an array of objects with `valid` and `data`. \
            A mask is computed before every token of every instance of a schema that can be compiled.
            """)

    @OptionGroup var vocabulary: VocabularyOptions

    @Option(help: "The file with schemas and instances, a JSON object a line.")
    var schemas: String

    @Option(parsing: .unconditional, help: "Random texts to write by each schema's automaton and to validate.")
    var walks = 0

    @Flag(help: "Also list every refused schema and every wrong answer, on stderr.")
    var list = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let lines = try InputFile.text(path: self.schemas).split(separator: "\n").map(String.init)
        guard !lines.isEmpty else {
            throw CommandError(
                .badInput, "'\(self.schemas)' has no schemas; each line is an object with `schema` and `tests`.")
        }
        var benchmark = ConstraintBenchmark(tokenizer: try self.vocabulary.tokenizer(), walks: self.walks)
        for (index, line) in lines.enumerated() {
            guard let value = try? JSONValue(parsing: line), let schema = value["schema"],
                let tests = value["tests"]?.arrayValue
            else {
                throw CommandError(
                    .badInput, "Line \(index + 1) of '\(self.schemas)' is no JSON object with `schema` and `tests`.")
            }
            benchmark.run(schema, tests: tests, id: value["id"]?.stringValue)
            if (index + 1) % 250 == 0 { Console.note("\(index + 1) of \(lines.count) schemas") }
        }
        let result = benchmark.result
        if self.list {
            for line in result.refused { Console.note("refused: \(line)") }
            for line in result.wronglyAdmitted { Console.note("wrongly admitted: \(line)") }
            for line in result.wrongWalks { Console.note("wrong walk: \(line)") }
            for line in result.wronglyRefused { Console.note("wrongly refused: \(line)") }
        }
        switch self.output.format {
        case .json: try Console.json(result.json)
        case .text: for line in result.lines { try Console.line(line) }
        }
    }
}
