// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import RemoteTransport

/// A model behind Ollama's own protocol.
public struct OllamaModel: ModelAdapter {
    /// Where Ollama answers by default.
    public static let defaultBaseURL = "http://localhost:11434"

    /// The model's name, as the server knows it.
    public let name: String
    private let endpoint: RemoteEndpoint

    /// Names a model and its server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name, as the server knows it.
    ///   - baseURL: Where the server answers, without `/api`.
    ///   - key: The secret, where the server wants one.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String, baseURL: String = Self.defaultBaseURL, key: APIKey? = nil, transport: HTTPTransport = .shared
    ) {
        self.name = name
        self.endpoint = RemoteEndpoint(baseURL, key: key, transport: transport)
    }

    /// Conversations, raw prompts, tools, images, JSON schemas and embeddings.
    public var capabilities: ModelCapabilities {
        [.chat, .rawPrompts, .tools, .images, .embeddings, .jsonConstraints, .logProbabilities]
    }

    /// What the server itself takes by default.
    public var defaultSampling: SamplingOptions { .serverDefaults }

    /// Asks the server.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try self.check(request)
        try self.refuseLimitedToolCalls(request)
        let written = OllamaRequest(model: self.name)
        return try await self.endpoint.answer(
            to: request, written.path(request.prompt), body: try written.body(request), framing: .lines(LineDecoder()),
            decoder: OllamaDecoder(endpoint: self.endpoint))
    }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.endpoint.exchange("/api/version") }

    /// Asks the server for vectors.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        let body: JSONValue = ["model": .string(self.name), "input": .array(texts.map { .string($0) })]
        var vectors: [[Float]] = []
        var tokens: Int?
        try await self.endpoint.json("/api/embed", body: Array(body.serialized().utf8)) { reader in
            try reader.object { reader, key in
                switch key {
                case "embeddings": try reader.array { vectors.append(try $0.vector()) }
                case "prompt_eval_count": tokens = try reader.integer()
                default: try reader.skip()
                }
            }
        }
        guard vectors.count == texts.count else {
            throw LLMError(.backendFailed, "The server at \(self.endpoint.server) gave not one vector for each text.")
        }
        if let tokens { UsageMeter.report(TokenUsage(promptTokens: tokens, completionTokens: 0)) }
        return vectors
    }
}
