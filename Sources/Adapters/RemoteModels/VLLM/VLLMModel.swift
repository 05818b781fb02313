// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import RemoteTransport

/// A model behind vLLM: OpenAI's protocol, and what vLLM has besides.
public struct VLLMModel: ModelAdapter {
    /// Where the server answers by default.
    public static let defaultBaseURL = "http://localhost:8000/v1"

    private let chat: OpenAIChatModel
    /// The server's root: what is vLLM's own is not below `/v1`.
    let root: RemoteEndpoint

    /// Names a model and its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name, as the server knows it.
    ///   - baseURL: Where the server answers, `/v1` included.
    ///   - key: The secret, where the server wants one.
    ///   - dialect: What the server can do; older ones need ``OpenAIDialect/ConstraintStyle/guidedDecoding``.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String, baseURL: String = Self.defaultBaseURL, key: APIKey? = nil, dialect: OpenAIDialect = .vLLM,
        transport: HTTPTransport = .shared
    ) {
        self.chat = OpenAIChatModel(name, baseURL: baseURL, key: key, dialect: dialect, transport: transport)
        let base = self.chat.endpoint.baseURL
        let root = base.hasSuffix("/v1") ? String(base.dropLast("/v1".count)) : base
        self.root = RemoteEndpoint(root, key: key, transport: transport)
    }

    /// The model's name, as the server knows it.
    public var name: String { self.chat.name }

    /// What the dialect says.
    public var capabilities: ModelCapabilities { self.chat.capabilities }

    /// What the server itself takes by default.
    public var defaultSampling: SamplingOptions { self.chat.defaultSampling }

    /// Asks the server.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.chat.generate(request)
    }

    /// Asks the server for vectors.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] { try await self.chat.embed(texts) }

    /// Asks the server how many tokens a prompt has.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int { try await self.tokens(prompt).count }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.root.exchange("/health") }

    /// Scores choices by the log-probabilities that the server reports for tokens of a prompt.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func score(_ request: ScoringRequest) async throws -> [ChoiceScore] {
        let prompt = try await self.tokens(request.prompt)
        var scores: [ChoiceScore] = []
        for choice in request.choices {
            let tokens = try await self.tokens(continuation: choice)
            guard !tokens.isEmpty else { throw LLMError(.invalidRequest, "A choice is empty; it has no probability.") }
            let values = try await self.promptLogProbabilities(prompt + tokens).suffix(tokens.count)
            guard values.count == tokens.count else {
                throw LLMError(.backendFailed, "The server at \(self.root.server) scored not all tokens.")
            }
            scores.append(
                ChoiceScore(choice: choice, logProbability: values.reduce(0, +), tokenCount: tokens.count))
        }
        return scores
    }
}
