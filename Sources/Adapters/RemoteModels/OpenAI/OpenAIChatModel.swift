// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import NIOCore
public import RemoteTransport

/// A model behind OpenAI's Chat Completions, or behind any server that speaks them.
public struct OpenAIChatModel: ModelAdapter {
    /// Where OpenAI answers.
    public static let defaultBaseURL = "https://api.openai.com/v1"

    /// The model's name, as the server knows it.
    public let name: String
    let endpoint: RemoteEndpoint
    let dialect: OpenAIDialect

    /// Names a model and its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name, as the server knows it.
    ///   - baseURL: Where the server answers, `/v1` included.
    ///   - key: The secret, where the server wants one.
    ///   - dialect: What the server can do.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String, baseURL: String = Self.defaultBaseURL, key: APIKey? = nil, dialect: OpenAIDialect = .openAI,
        transport: HTTPTransport = .shared
    ) {
        self.name = name
        self.dialect = dialect
        self.endpoint = RemoteEndpoint(baseURL, key: key, transport: transport)
    }

    /// What the dialect says.
    public var capabilities: ModelCapabilities { self.dialect.capabilities }

    /// What the server itself takes by default.
    public var defaultSampling: SamplingOptions { .serverDefaults }

    /// Asks the server.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try self.check(request)
        if !self.dialect.limitsToolCalls { try self.refuseLimitedToolCalls(request) }
        let body = try ChatRequest(model: self.name, dialect: self.dialect).body(request)
        return try await self.endpoint.answer(
            to: request, ChatRequest.path(request.prompt), body: body, decoder: ChatDecoder(endpoint: self.endpoint))
    }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.endpoint.exchange("/models") }

    /// Asks the server for vectors.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        guard self.capabilities.contains(.embeddings) else {
            throw LLMError(.unsupported, "The backend of '\(self.name)' does not embed texts.")
        }
        return try await self.endpoint.openAIEmbeddings(texts, model: self.name)
    }
}
