// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import NIOHTTP1
public import RemoteTransport

/// A model behind Anthropic's Messages.
public struct AnthropicModel: ModelAdapter {
    /// Where Anthropic answers.
    public static let defaultBaseURL = "https://api.anthropic.com"
    /// How long answers may be where a request does not say: the protocol wants a number.
    public static let defaultMaxTokens = 4096
    private static let version = "2023-06-01"

    /// The model's name, as the server knows it.
    public let name: String
    private let endpoint: RemoteEndpoint

    /// Names a model and its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name, as the server knows it.
    ///   - baseURL: Where the server answers, without `/v1`.
    ///   - key: The secret.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String, baseURL: String = Self.defaultBaseURL, key: APIKey? = nil, transport: HTTPTransport = .shared
    ) {
        self.name = name
        self.endpoint = RemoteEndpoint(
            baseURL, key: key, keyHeader: "x-api-key", headers: ["anthropic-version": Self.version],
            transport: transport)
    }

    /// Conversations with tools and images.
    public var capabilities: ModelCapabilities { [.chat, .tools, .images] }

    /// What the server itself takes by default.
    public var defaultSampling: SamplingOptions { .serverDefaults }

    /// Asks the server.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try self.check(request)
        let body = try AnthropicRequest(model: self.name).body(request)
        return try await self.endpoint.answer(
            to: request, "/v1/messages", body: body, decoder: AnthropicDecoder(endpoint: self.endpoint))
    }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.endpoint.exchange("/v1/models") }

    /// Asks the server how many tokens a conversation has.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        let request = GenerationRequest(prompt: prompt)
        try self.check(request)
        let body = try AnthropicRequest(model: self.name).countingBody(request)
        let answer = try await self.endpoint.json("/v1/messages/count_tokens", body: body) { try $0.value() }
        guard let count = answer["input_tokens"]?.integerValue else {
            throw LLMError(.backendFailed, "The server at \(self.endpoint.server) did not count the tokens.")
        }
        return count
    }
}
