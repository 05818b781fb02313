// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import NIOCore

extension RemoteEndpoint {
    /// Embeds texts by `/embeddings`.
    ///
    /// - Returns: A vector per text, in the order asked.
    /// - Throws: ``LLMError``; `CancellationError`.
    func openAIEmbeddings(_ texts: [String], model: String) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        var writer = JSONWriter(capacity: 64 + texts.reduce(0) { $0 + $1.utf8.count })
        writer.object { writer in
            writer.member("model", model)
            writer.key("input")
            writer.array { writer in for text in texts { writer.string(text) } }
        }
        var vectors = [[Float]](repeating: [], count: texts.count)
        var tokens: Int?
        let answer = try await self.exchange("/embeddings", body: writer.bytes)
        try answer.withUnsafeReadableBytes { bytes in
            try self.parse(bytes) { reader in
                try reader.object { reader, key in
                    switch key {
                    case "data": try reader.array { try $0.embedding(into: &vectors) }
                    case "usage": tokens = try reader.promptTokens()
                    default: try reader.skip()
                    }
                }
            }
        }
        guard let length = vectors.first?.count, length > 0, vectors.allSatisfy({ $0.count == length }) else {
            throw LLMError(.backendFailed, "The server at \(self.server) gave not one vector for each text.")
        }
        if let tokens { UsageMeter.report(TokenUsage(promptTokens: tokens, completionTokens: 0)) }
        return vectors
    }
}

extension JSONReader {
    /// Reads the `prompt_tokens` of a `usage`.
    fileprivate mutating func promptTokens() throws -> Int? {
        var tokens: Int?
        try self.object { reader, key in
            guard key == "prompt_tokens" else { return try reader.skip() }
            tokens = try reader.integer()
        }
        return tokens
    }

    /// Reads an array of numbers.
    mutating func vector() throws -> [Float] {
        var vector: [Float] = []
        try self.array { if let value = try $0.number() { vector.append(Float(value)) } }
        return vector
    }

    fileprivate mutating func embedding(into vectors: inout [[Float]]) throws {
        var (index, vector) = (0, [Float]())
        try self.object { reader, key in
            switch key {
            case "index": index = try reader.integer() ?? 0
            case "embedding": vector = try reader.vector()
            default: try reader.skip()
            }
        }
        if vectors.indices.contains(index) { vectors[index] = vector }
    }
}
