// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import RemoteTransport

/// A model behind Hugging Face's Text Generation Inference, or an inference endpoint that runs it.
///
/// Conversations go over its OpenAI route, raw prompts over its own.
public struct TGIModel: ModelAdapter {
    /// Where the server answers by default.
    public static let defaultBaseURL = "http://localhost:8080"

    /// The model's name; the server has one model, and answers to any.
    public let name: String
    private let endpoint: RemoteEndpoint
    private let chat: OpenAIChatModel

    /// Names a server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - baseURL: Where the server answers, without `/v1`.
    ///   - key: The secret, where the server wants one.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String = "tgi", baseURL: String = Self.defaultBaseURL, key: APIKey? = nil,
        transport: HTTPTransport = .shared
    ) {
        self.name = name
        self.endpoint = RemoteEndpoint(baseURL, key: key, transport: transport)
        self.chat = OpenAIChatModel(
            name, baseURL: self.endpoint.baseURL + "/v1", key: key, dialect: .textGenerationInference,
            transport: transport)
    }

    /// Conversations with tools and images, raw prompts, log-probabilities, JSON schemas and adapters.
    public var capabilities: ModelCapabilities { self.chat.capabilities.union([.rawPrompts, .adapters]) }

    /// What the server itself takes by default.
    public var defaultSampling: SamplingOptions { .serverDefaults }

    /// Asks the server.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try self.check(request)
        guard case .raw(let text) = request.prompt else { return try await self.chat.generate(request) }
        // Whole answers lack the number of the prompt's tokens, so this is always a stream.
        return try await self.endpoint.stream(
            "/generate_stream", body: try TGIRequest(model: self.name).body(request, text: text),
            timeLimit: request.scheduling.timeLimit, framing: .events(ServerSentEvents()),
            decoder: TGIDecoder(endpoint: self.endpoint, request: request))
    }

    /// Asks the server how many tokens a prompt has.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        let tokens: JSONValue?
        switch prompt {
        case .raw(let text): tokens = try await self.endpoint.value("/tokenize", body: ["inputs": .string(text)])
        case .messages(let messages):
            var writer = JSONWriter()
            try writer.object { writer in
                writer.member("model", self.name)
                writer.key("messages")
                try writer.chatMessages(messages)
            }
            let answer = try await self.endpoint.json("/chat_tokenize", body: writer.bytes) { try $0.value() }
            tokens = answer["tokenize_response"]
        }
        guard let count = tokens?.arrayValue?.count else {
            throw LLMError(.backendFailed, "The server at \(self.endpoint.server) did not count the tokens.")
        }
        return count
    }

    /// Asks the server about itself: `model_id`, `max_total_tokens` and more.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func information() async throws -> JSONValue { try await self.endpoint.value("/info") }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.endpoint.exchange("/health") }
}
