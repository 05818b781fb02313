// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
public import LLMCore
internal import Tokenization

/// A model that runs on this machine, behind the interface of every model.
///
/// It is a GGUF file, or a folder as Hugging Face hosts them. Conversations go through the chat template that it brings
/// along; a model without one takes raw prompts only. The files stay mapped and its weights stay in memory while the value lives.
public final class LocalModel: ModelAdapter {
    /// The name or path that the model was opened by.
    public let name: String
    /// Raw prompts, log-probabilities and scoring; chat and tools where the file has a chat template.
    public let capabilities: ModelCapabilities
    /// What the folder's `generation_config.json` recommends; without one, the usual defaults.
    public let defaultSampling: SamplingOptions
    /// The engine that computes.
    package let engine: LocalEngine
    /// Turns conversations into the text that the model reads.
    let formatter: PromptFormatter

    /// Opens a model and packs its weights.
    ///
    /// - Parameters:
    ///   - model: A name that `locator` knows, or the path of a GGUF file or a folder.
    ///   - device: Where to compute; only ``Device/cpu``.
    ///   - configuration: How to use the machine.
    ///   - locator: Finds the file.
    /// - Throws: ``LLMError`` with code `.unknownModel` or `.unsupported`, or an error of the file or the configuration;
    ///   all are ``CodedError``s.
    public init(
        _ model: String, device: Device = .cpu, configuration: EngineConfiguration = EngineConfiguration(),
        locator: ModelLocator = ModelLocator()
    ) throws {
        try device.checkLocal()
        let engine = try LocalEngine(path: locator.path(of: model), configuration: configuration)
        let formatter = try PromptFormatter(engine: engine, model: model)
        var capabilities: ModelCapabilities = [
            .rawPrompts, .logProbabilities, .scoring, .slidingContext, .constraints, .adapters,
        ]
        if formatter.takesMessages { capabilities.formUnion([.chat, .tools]) }
        self.name = model
        self.defaultSampling = try SamplingDefaults.find(engine.source)
        self.capabilities = capabilities
        self.engine = engine
        self.formatter = formatter
    }

    /// The most tokens that prompt and answer may have together.
    public var contextLength: Int { self.engine.contextLength }

    /// Loads a low-rank adapter (LoRA); requests that come afterwards may name it as their `adapter`.
    ///
    /// One of the same name is replaced; answers that it has begun go on with it. The model's weights are not copied.
    /// - Parameters:
    ///   - name: What requests call it.
    ///   - path: A folder as `peft` writes it: `adapter_config.json` and `adapter_model.safetensors`.
    /// - Throws: An error that names what does not fit this model or is not known; all are ``CodedError``s.
    public func loadAdapter(named name: String, from path: String) throws {
        try self.engine.loadAdapter(named: name, from: path)
    }

    /// Forgets a low-rank adapter; answers that it has begun go on with it.
    ///
    /// - Returns: Whether there was one of that name.
    @discardableResult
    public func removeAdapter(named name: String) -> Bool { self.engine.removeAdapter(named: name) }

    /// Starts one generation.
    ///
    /// - Throws: ``LLMError`` when the request asks for what the model cannot do, or does not fit its context.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await Self.computing {
            if request.offersTools { return try self.generateCalling(request) }
            let job = try self.job(request)
            return try self.translatingErrors { try self.engine.generate(job) }
        }
    }

    /// Starts several generations from one prompt, which is computed once.
    ///
    /// - Throws: ``LLMError`` when the request asks for what the model cannot do, or does not fit its context or queue.
    public func generate(_ request: GenerationRequest, completions: Int) async throws -> [GenerationStream] {
        try await Self.computing {
            if request.offersTools {
                return try request.seeded(completions: completions).map { try self.generateCalling($0) }
            }
            let job = try self.job(request)
            return try self.translatingErrors { try self.engine.generate(job, completions: completions) }
        }
    }

    /// Templates, tokens and schemas compute; whoever asks may stand on an event loop that others wait for.
    private static func computing<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
    }

    private func job(_ request: GenerationRequest) throws -> GenerationJob {
        var job = GenerationJob(
            prompt: try self.formatter.tokens(request.prompt), sampling: request.sampling, maxTokens: request.maxTokens,
            stop: request.stop, topLogProbabilities: request.topLogProbabilities)
        job.constraint = request.constraint
        job.adapter = request.adapter
        job.overflow = request.overflow
        job.priority = request.scheduling.priority
        job.client = request.scheduling.client
        job.deadline = request.scheduling.timeLimit.map { .now.advanced(by: $0) }
        return job
    }

    /// Tells how likely each choice is as the continuation of a prompt.
    ///
    /// - Throws: ``LLMError`` when a choice is empty or something does not fit the context.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        try await Self.computing {
            let text = try self.formatter.text(request.prompt)
            let prompt = self.formatter.tokens(text)
            let continuations = try request.choices.map { choice in
                let tokens = self.formatter.continuation(choice, of: text, tokens: prompt)
                guard !tokens.isEmpty else { throw LLMError(.invalidRequest, "A choice to score is empty.") }
                return tokens
            }
            do {
                let scores = try await self.engine.score(prompt: prompt, continuations: continuations)
                UsageMeter.report(
                    TokenUsage(
                        promptTokens: prompt.count + continuations.map(\.count).reduce(0, +), completionTokens: 0))
                return zip(request.choices.indices, scores).map { index, score in
                    ChoiceScore(
                        choice: request.choices[index], logProbability: score, tokenCount: continuations[index].count)
                }
            } catch let error as any CodedError {
                throw error as? LLMError ?? LLMError(error)
            }
        }
    }

    /// Counts the tokens of a prompt, chat template included.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        try await Self.computing { try self.formatter.tokens(prompt).count }
    }

    private func translatingErrors<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as any CodedError { throw error as? LLMError ?? LLMError(error) }
    }
}
