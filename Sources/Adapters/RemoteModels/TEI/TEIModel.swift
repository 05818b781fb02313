// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import RemoteTransport

/// A model behind Hugging Face's Text Embeddings Inference, or an inference endpoint that runs it.
///
/// It embeds texts and does nothing else.
public struct TEIModel: ModelAdapter {
    /// Where the server answers by default.
    public static let defaultBaseURL = "http://localhost:8080"

    /// How many texts the server takes at once unless it was started otherwise.
    private static let batchSize = 32

    /// The model's name; the server has one model, and answers to any.
    public let name: String
    private let endpoint: RemoteEndpoint

    /// Names a server; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - baseURL: Where the server answers.
    ///   - key: The secret, where the server wants one.
    ///   - transport: Who makes the connections.
    public init(
        _ name: String = "tei", baseURL: String = Self.defaultBaseURL, key: APIKey? = nil,
        transport: HTTPTransport = .shared
    ) {
        self.name = name
        self.endpoint = RemoteEndpoint(baseURL, key: key, transport: transport)
    }

    /// Embeddings.
    public var capabilities: ModelCapabilities { .embeddings }

    /// Refuses: the server's models write nothing.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported`.
    public func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(.unsupported, "'\(self.name)' is behind Text Embeddings Inference, which writes no answers.")
    }

    /// Asks the server for vectors, which it makes of length 1; a text that is too long is an error.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        var vectors: [[Float]] = []
        while vectors.count < texts.count {
            let batch = texts[vectors.count...].prefix(Self.batchSize)
            vectors += try await self.vectors(of: Array(batch))
        }
        return vectors
    }

    private func vectors(of texts: [String]) async throws -> [[Float]] {
        let body: JSONValue = ["inputs": .array(texts.map { .string($0) }), "truncate": false]
        var vectors: [[Float]] = []
        try await self.endpoint.json("/embed", body: Array(body.serialized().utf8)) { reader in
            try reader.array { vectors.append(try $0.vector()) }
        }
        guard vectors.count == texts.count, let length = vectors.first?.count, length > 0,
            vectors.allSatisfy({ $0.count == length })
        else {
            throw LLMError(.backendFailed, "The server at \(self.endpoint.server) gave not one vector for each text.")
        }
        return vectors
    }

    /// Asks the server how many tokens a text has.
    ///
    /// - Throws: ``LLMError``; `CancellationError`.
    public func tokenCount(_ prompt: GenerationPrompt) async throws -> Int {
        guard case .raw(let text) = prompt else {
            throw LLMError(.unsupported, "'\(self.name)' reads texts, and no conversations.")
        }
        let answer = try await self.endpoint.value("/tokenize", body: ["inputs": .string(text)])
        guard let count = answer.arrayValue?.first?.arrayValue?.count else {
            throw LLMError(.backendFailed, "The server at \(self.endpoint.server) did not count the tokens.")
        }
        return count
    }

    /// Asks whether the server is ready.
    ///
    /// - Throws: ``LLMError`` that says why it is not; `CancellationError`.
    public func checkHealth() async throws { _ = try await self.endpoint.exchange("/health") }
}
