// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import TaskModels

/// `autoglm generate`: one completion.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Answer one prompt; the text is streamed.",
        discussion: """
            Example:
              autoglm generate --temperature 0 --max-tokens 48 "What is the capital of France?"
              autoglm generate --choice yes --choice no "Is Paris in France?"
              autoglm generate --regex '\\d{4}' "When did the French Revolution begin?"
              autoglm generate --grammar Examples/grammars/list.gbnf "Name three colours."
              autoglm generate --model writer --graph triples.json --constrained --drawing growth.svg

            The prompt may also be a file (@FILE) or come from standard input. With --output json one object is printed at \
            the end: text, token_ids, finish_reason, usage, timings, model. A form (--json-schema, --regex, --choice, --grammar) is \
            kept to token by token; an answer with the finish reason 'length' was cut and is not complete.
            """)

    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup var adapter: AdapterFlags
    @OptionGroup var sampling: SamplingFlags
    @OptionGroup var output: OutputOptions

    @Option(
        parsing: .unconditional,
        help: "The most tokens to generate (default: until the model ends or its context is full).")
    var maxTokens: Int?

    @Option(help: "End before this text; may be given several times.")
    var stop: [String] = []

    @Option(help: "Instructions for the model, put before the prompt.")
    var system: String?

    @Option(
        parsing: .unconditional, help: "Report each token's log-probability, and this many alternatives (JSON output).")
    var logProbabilities: Int?

    @OptionGroup var plugins: PluginOptions

    @OptionGroup(title: "Form of the answer") var form: ConstraintFlags

    @OptionGroup(title: "Graph") var graph: GraphFlags

    @Flag(help: "Continue the prompt as it is, without the chat template.")
    var raw = false

    @Argument(help: "What to answer; @FILE reads a file, - standard input.")
    var prompt: TextInput?

    func validate() throws {
        if self.graph.graph != nil {
            guard self.prompt == nil, self.system == nil, self.stop.isEmpty, !self.raw, self.logProbabilities == nil,
                self.form.isFree, self.adapter.name == nil
            else {
                throw ValidationError(
                    "With --graph the graph is all that is written from: leave out the prompt, --system, --stop, --raw, --lora, "
                        + "--log-probabilities and the form of the answer.")
            }
        }
        if let maxTokens, maxTokens < 0 { throw ValidationError("--max-tokens is \(maxTokens); it must be 0 or more.") }
        if let count = self.logProbabilities, !(0...100).contains(count) {
            throw ValidationError("--log-probabilities is \(count); it must be from 0 to 100.")
        }
        if self.stop.contains("") { throw ValidationError("--stop needs a text that is not empty.") }
        if self.raw, self.system != nil {
            throw ValidationError(
                "--system has no place in a raw prompt; write it into the prompt, or leave out --raw.")
        }
    }

    func run() async throws {
        if let graph = self.graph.graph { return try self.write(from: graph) }
        let text = try TextInput.text(self.prompt, name: "prompt")
        let schema = try self.form.jsonSchema.map { try ValidateCommand.schema(path: $0) }
        let agent = try await self.model.open(adapters: self.adapter.paths, plugins: self.plugins.host())
        var request = self.request(text, to: agent)
        request.constraint = try self.form.constraint()
        switch self.output.format {
        case _ where schema != nil: try await self.answer(request, by: schema, from: agent)
        case .text: try await self.stream(request, from: agent)
        case .json:
            let response = try await agent.response(to: request)
            try Console.json(GenerationReport(response, model: agent.adapter, sampling: request.sampling).json)
        }
    }

    /// Writes from a graph, with a model of our own.
    private func write(from graph: String) throws {
        var writing = self.graph.choice.writing
        if let maxTokens { writing.maxPieces = maxTokens }
        writing.temperature = self.sampling.choice.temperature ?? 0
        if let seed = self.sampling.options().seed { writing.seed = seed }
        try self.graph.write(graph, by: self.model.model, writing, self.output.format)
    }

    private func request(_ text: String, to agent: AutoGLM) -> GenerationRequest {
        let turns = [self.system.map(Message.system), .user(text)].compactMap(\.self)
        var request = GenerationRequest(
            prompt: self.raw ? .raw(text) : .messages(turns),
            sampling: self.sampling.options(agent.adapter.defaultSampling),
            maxTokens: self.maxTokens, stop: self.stop, topLogProbabilities: self.logProbabilities)
        request.adapter = self.adapter.name
        return request
    }

    /// Answers with JSON that fits a schema.
    private func answer(_ request: GenerationRequest, by schema: JSONSchema?, from agent: AutoGLM) async throws {
        let parser = JSONAnswerParser(schema: schema)
        var request = request
        if case .messages(var messages) = request.prompt, let last = messages.popLast() {
            let example = schema.flatMap { SchemaExample.make($0.source) }?.serialized()
            let instruction = example.map { "Write the answer as JSON: \($0)" }
            request.prompt = .messages(
                messages + [.user("\(last.text)\n\n\(instruction ?? parser.instruction)")])
        }
        let model = LastResponse(of: agent.adapter)
        let outcome = try await self.outcome(of: request, by: schema, parser, from: model)
        let parsed = try outcome.get()
        switch self.output.format {
        case .text: try Console.line(parsed.value.serialized())
        case .json:
            try Console.json(
                GenerationReport(
                    model.value, model: agent.adapter, sampling: request.sampling, parsed: parsed,
                    attempts: outcome.attempts.count
                )
                .json)
        }
    }

    /// Asks the model, held to the schema where it can be, or else again while the answer does not fit.
    private func outcome(
        of request: GenerationRequest, by schema: JSONSchema?, _ parser: JSONAnswerParser, from model: LastResponse
    ) async throws -> ReaskOutcome {
        let reasking = ReaskingParser(parser, maximumAttempts: 3)
        guard model.capabilities.contains(.jsonConstraints), let schema else {
            return try await reasking.run(model: model, request: request)
        }
        var constrained = request
        constrained.constraint = .jsonSchema(schema.source)
        // Whoever masks tokens gets it right at once; a server may not have heeded the schema.
        let attempts = model.capabilities.contains(.constraints) ? 1 : reasking.maximumAttempts
        do {
            let outcome = try await ReaskingParser(parser, maximumAttempts: attempts)
                .run(model: model, request: constrained)
            // What was cut may be mended to something that fits, but nobody said it.
            guard model.value.summary.finishReason != .length else {
                let count = model.value.summary.usage.completionTokens
                throw CommandError(
                    .cutShort,
                    "The answer was cut after \(count) tokens, before its JSON was complete; raise --max-tokens.")
            }
            return outcome
        } catch let error as LLMError where error.code == .unsupported {
            Console.note("The model cannot be held to the schema, so its answer is checked: \(error.message)")
            return try await reasking.run(model: model, request: request)
        }
    }

    private func stream(_ request: GenerationRequest, from agent: AutoGLM) async throws {
        var wroteText = false
        for try await event in try await agent.adapter.generate(request) {
            guard case .text(let delta) = event, !delta.text.isEmpty else { continue }
            try Console.write(delta.text)
            wroteText = true
        }
        if wroteText { try Console.write("\n") }
        try Task.checkCancellation()
    }
}
