// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import JSONSchemas
internal import LLMCore
internal import ModelFacade
internal import OrderedCollections

/// `autoglm bench answers`: whether what a model writes under schemas fits them.
struct BenchAnswersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answers",
        abstract: "Have a model answer under JSON Schemas and validate every answer.",
        discussion: """
            Example:
              autoglm bench answers --schemas Examples/evaluation/answer-schemas.jsonl --answers 20

            Each line of the file is an object with `id`, `schema` and `prompt`. Every answer must be JSON that the schema \
            accepts, formats included; one that is cut by --max-tokens has not been checked, and is counted apart. The exit \
            status is 1 when any answer was invalid or cut.
            """)

    @OptionGroup(title: "Model") var model: ModelOptions

    @Option(help: "The file with schemas and prompts, a JSON object a line.")
    var schemas: String

    @Option(parsing: .unconditional, help: "Answers to each schema.")
    var answers = 20

    @Option(parsing: .unconditional, help: "The most tokens of an answer.")
    var maxTokens = 512

    @Option(parsing: .unconditional, help: "How freely tokens are chosen.")
    var temperature: Float = 0.8

    @Option(parsing: .unconditional, help: "The first answer's seed; each answer has one of its own.")
    var seed: UInt64 = 1

    @OptionGroup var output: OutputOptions

    /// What came of the answers.
    private struct Tally {
        var (schemas, answers, valid, cut, tokens) = (0, 0, 0, 0, 0)
        var invalid: [String] = []
    }

    func validate() throws {
        try BenchEngineCommand.check(["--answers": self.answers, "--max-tokens": self.maxTokens])
    }

    func run() async throws {
        let agent = try await self.model.open()
        let lines = try InputFile.text(path: self.schemas).split(separator: "\n").map(String.init)
        var tally = Tally()
        for (index, line) in lines.enumerated() {
            guard let entry = try? JSONValue(parsing: line), let schema = entry["schema"],
                let prompt = entry["prompt"]?.stringValue
            else {
                throw CommandError(
                    .badInput, "Line \(index + 1) of '\(self.schemas)' is no object with schema and prompt.")
            }
            try await self.ask(agent.adapter, prompt, schema, name: entry["id"]?.stringValue ?? "\(index + 1)", &tally)
            Console.note("\(index + 1) of \(lines.count) schemas: \(tally.valid) of \(tally.answers) answers valid")
        }
        for failure in tally.invalid { Console.note("invalid: \(failure)") }
        try self.report(tally)
        if tally.cut > 0 { Console.note("\(tally.cut) answers were cut and not checked; give more --max-tokens.") }
        if !tally.invalid.isEmpty || tally.cut > 0 { throw ExitCode.failure }
    }

    private func ask(
        _ adapter: any ModelAdapter, _ prompt: String, _ schema: JSONValue, name: String, _ tally: inout Tally
    ) async throws {
        let validator = try JSONSchema(schema, formats: .assertion)
        var sampling = SamplingOptions(temperature: self.temperature)
        sampling.seed = self.seed &+ UInt64(tally.answers)
        var request = GenerationRequest(prompt: .user(prompt), sampling: sampling, maxTokens: self.maxTokens)
        request.constraint = .jsonSchema(schema)
        tally.schemas += 1
        for stream in try await adapter.generate(request, completions: self.answers) {
            let response = try await stream.response()
            tally.answers += 1
            tally.tokens += response.summary.usage.completionTokens
            if response.summary.finishReason == .length {
                tally.cut += 1
            } else if let value = try? JSONValue(parsing: response.text), validator.isValid(value) {
                tally.valid += 1
            } else {
                tally.invalid.append("\(name): \(response.text)")
            }
        }
    }

    private func report(_ tally: Tally) throws {
        let counts: OrderedDictionary<String, Int> = [
            "schemas": tally.schemas, "answers": tally.answers, "valid": tally.valid, "invalid": tally.invalid.count,
            "cut": tally.cut, "tokens": tally.tokens,
        ]
        switch self.output.format {
        case .json: try Console.json(.object(counts.mapValues { .integer($0) }))
        case .text: for (name, count) in counts { try Console.line("\(name): \(count)") }
        }
    }
}
