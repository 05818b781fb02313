// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import RemoteTransport

/// A model behind OpenAI's Responses.
///
/// Nothing is kept on the server: each request carries its whole conversation.
public struct OpenAIResponsesModel: ModelAdapter {
    /// The model's name, as the server knows it.
    public let name: String
    private let endpoint: RemoteEndpoint

    /// Names a model and its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name, as the server knows it.
    ///   - baseURL: Where the server answers, `/v1` included.
    ///   - key: The secret, where the server wants one.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String, baseURL: String = OpenAIChatModel.defaultBaseURL, key: APIKey? = nil,
        transport: HTTPTransport = .shared
    ) {
        self.name = name
        self.endpoint = RemoteEndpoint(baseURL, key: key, transport: transport)
    }

    /// Conversations with tools and images, JSON schemas, log-probabilities and embeddings.
    public var capabilities: ModelCapabilities {
        [.chat, .tools, .images, .jsonConstraints, .logProbabilities, .embeddings]
    }

    /// What the server itself takes by default.
    public var defaultSampling: SamplingOptions { .serverDefaults }

    /// Asks the server.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try self.check(request)
        let body = try ResponsesRequest(model: self.name).body(request)
        return try await self.endpoint.answer(
            to: request, "/responses", body: body,
            decoder: ResponsesDecoder(endpoint: self.endpoint, maxTokens: request.maxTokens))
    }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.endpoint.exchange("/models") }

    /// Asks the server for vectors.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try await self.endpoint.openAIEmbeddings(texts, model: self.name)
    }
}
