// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import LocalModels
public import TaskRouting

/// A model with everything around it, in one value: ask it, stream its answers, talk with it.
///
/// ```swift
/// let template = PromptTemplate("Introduce artificial intelligence in one sentence: {topic}")
/// let agent = try await AutoGLM(model: "smollm2", backend: .local)
/// let response = try await agent.generate(template.format(["topic": "its history"]))
/// ```
/// Copies share the model; it may be used from any number of tasks at once.
public struct AutoGLM: Sendable {
    /// The model behind it.
    public let adapter: any ModelAdapter
    /// Finds out which task a text asks for.
    public var router = TaskRouter()

    /// Opens a model.
    ///
    /// - Parameters:
    ///   - model: The model's name or path, as the backend knows it.
    ///   - backend: Who runs it.
    ///   - baseURL: Where the backend's server answers; nil takes it from the environment (`OPENAI_BASE_URL`, …), or the
    ///     usual place. Keys come from the environment (`OPENAI_API_KEY`, …) or a file that it names
    ///     (`OPENAI_API_KEY_FILE`, …).
    ///   - device: Where the local engine computes.
    ///   - options: How the local engine uses the machine.
    /// - Throws: ``LLMError`` with code `.unknownModel`, `.unauthorized` or `.unsupported`, or an error of the model's file;
    ///   all are ``CodedError``s.
    public init(
        model: String = ModelLocator.defaultModel, backend: Backend = .local, baseURL: String? = nil,
        device: Device = .cpu, options: EngineConfiguration = EngineConfiguration()
    ) async throws {
        if let server = try backend.openServer(model, baseURL: baseURL) {
            self.adapter = server
        } else {
            self.adapter = try await Self.open(model, device: device, options: options)
        }
        try Task.checkCancellation()
    }

    /// Uses a model that is open already, or a backend of one's own.
    public init(adapter: any ModelAdapter) { self.adapter = adapter }

    /// Answers a prompt.
    ///
    /// - Parameters:
    ///   - prompt: What the user says; the model's chat template is put around it.
    ///   - sampling: How tokens are chosen; nil is what the model's makers recommend.
    ///   - maxTokens: The most tokens to generate; nil leaves it to the model's context.
    ///   - stop: Texts before which the answer ends.
    /// - Returns: The whole answer.
    /// - Throws: ``LLMError``; `CancellationError` when the calling task is cancelled.
    public func generate(
        _ prompt: String, sampling: SamplingOptions? = nil, maxTokens: Int? = nil, stop: [String] = []
    ) async throws -> String {
        try await self.response(
            to: GenerationRequest(
                prompt: .user(prompt), sampling: sampling ?? self.adapter.defaultSampling, maxTokens: maxTokens,
                stop: stop)
        ).text
    }

    /// Answers a prompt piece by piece.
    ///
    /// - Returns: Pieces of the answer, whole characters, as they are generated.
    /// - Throws: As ``generate(_:sampling:maxTokens:stop:)``; once begun, the stream throws.
    public func stream(
        _ prompt: String, sampling: SamplingOptions? = nil, maxTokens: Int? = nil, stop: [String] = []
    ) async throws -> TextStream {
        TextStream(
            try await self.adapter.generate(
                GenerationRequest(
                    prompt: .user(prompt), sampling: sampling ?? self.adapter.defaultSampling, maxTokens: maxTokens,
                    stop: stop)))
    }

    /// Continues a conversation.
    ///
    /// - Parameter messages: The turns so far; the last one is the user's.
    /// - Returns: The model's turn, to be appended to the conversation.
    /// - Throws: ``LLMError``; `CancellationError` when the calling task is cancelled.
    public func chat(
        _ messages: [Message], sampling: SamplingOptions? = nil, maxTokens: Int? = nil
    ) async throws -> Message {
        let response = try await self.response(
            to: GenerationRequest(
                prompt: .messages(messages), sampling: sampling ?? self.adapter.defaultSampling, maxTokens: maxTokens))
        return Message(role: .assistant, content: [.text(response.text)], toolCalls: response.toolCalls)
    }

    /// Answers a request in full detail: tokens, reason of the end, usage, timings.
    ///
    /// - Throws: ``LLMError``; `CancellationError` when the calling task is cancelled.
    public func response(to request: GenerationRequest) async throws -> GenerationResponse {
        var request = request
        request.isStreamed = false
        return try await self.adapter.generate(request).response()
    }

    /// Opens a model apart from the caller's actor: packing weights takes a while.
    @concurrent
    private static func open(
        _ model: String, device: Device, options: EngineConfiguration
    ) async throws -> any ModelAdapter {
        try LocalModel(model, device: device, configuration: options)
    }
}
