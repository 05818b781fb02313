// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import LLMCore
public import RemoteTransport

/// A kind of server, with where it is usually found and whose key it wants.
public enum RemoteBackend: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's Chat Completions, of OpenAI itself or of whoever speaks them.
    case openai
    /// OpenAI's Responses.
    case openaiResponses = "openai-responses"
    /// llama.cpp's server.
    case llamacpp
    /// vLLM.
    case vllm
    /// Hugging Face's Text Generation Inference.
    case tgi
    /// Hugging Face's Text Embeddings Inference.
    case tei
    /// Hugging Face's `transformers serve`.
    case transformers
    /// Anthropic's Messages.
    case anthropic
    /// Ollama.
    case ollama

    /// The variable of the environment that names the server's URL.
    public var baseURLVariable: String { "\(self.variablePrefix)_BASE_URL" }

    /// The variable of the environment that holds the key; with `_FILE` after it, the one that names a file with it.
    public var keyVariable: String {
        [.tgi, .tei, .transformers].contains(self) ? "HF_TOKEN" : "\(self.variablePrefix)_API_KEY"
    }

    private var variablePrefix: String {
        self == .openaiResponses ? "OPENAI" : self.rawValue.uppercased()
    }

    /// Where the server answers unless somebody says otherwise.
    public var defaultBaseURL: String {
        switch self {
        case .openai, .openaiResponses: OpenAIChatModel.defaultBaseURL
        case .llamacpp: "http://localhost:8080/v1"
        case .vllm: VLLMModel.defaultBaseURL
        case .tgi: TGIModel.defaultBaseURL
        case .tei: TEIModel.defaultBaseURL
        case .transformers: "http://localhost:8000/v1"
        case .anthropic: AnthropicModel.defaultBaseURL
        case .ollama: OllamaModel.defaultBaseURL
        }
    }

    /// Makes an adapter; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - model: The model's name, as the server knows it.
    ///   - baseURL: Where the server answers; nil takes it from ``baseURLVariable``, or the usual place.
    ///   - key: The secret; nil takes it from ``keyVariable``, or from the file that the variable with `_FILE` names.
    ///   - environment: The variables; nil is those of this process.
    ///   - transport: Who makes the connections.
    /// - Throws: ``LLMError`` with code `.unauthorized` where a service that wants a key has none; ``TransportError`` where a
    ///   key cannot be read.
    public func open(
        _ model: String, baseURL: String? = nil, key: APIKey? = nil, environment: [String: String]? = nil,
        transport: HTTPTransport = .shared
    ) throws -> any ModelAdapter {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let variables = ServerVariables(url: self.baseURLVariable, key: self.keyVariable)
        let url = variables.url(baseURL, in: environment) ?? self.defaultBaseURL
        let key = try variables.key(key, in: environment)
        if key == nil, url.hasPrefix("https://api.") {
            throw LLMError(
                .unauthorized,
                "\(url.redactedURL) wants a key: set \(self.keyVariable), or \(self.keyVariable)_FILE to the path of a file with it."
            )
        }
        return switch self {
        case .openai:
            OpenAIChatModel(
                model, baseURL: url, key: key, dialect: url == self.defaultBaseURL ? .openAI : .compatible,
                transport: transport)
        case .openaiResponses: OpenAIResponsesModel(model, baseURL: url, key: key, transport: transport)
        case .llamacpp: OpenAIChatModel(model, baseURL: url, key: key, dialect: .llamaCPP, transport: transport)
        case .vllm: VLLMModel(model, baseURL: url, key: key, transport: transport)
        case .tgi: TGIModel(model, baseURL: url, key: key, transport: transport)
        case .tei: TEIModel(model, baseURL: url, key: key, transport: transport)
        case .transformers:
            ReaskingModel(
                OpenAIChatModel(model, baseURL: url, key: key, dialect: .transformers, transport: transport))
        case .anthropic: ReaskingModel(AnthropicModel(model, baseURL: url, key: key, transport: transport))
        case .ollama: OllamaModel(model, baseURL: url, key: key, transport: transport)
        }
    }
}
