// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `POST /v1/embeddings`.
struct EmbeddingsRoute: Sendable {
    let models: Gateway
    let limits: LiveLimits

    func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.models.model(in: fields, of: request)
        let wanted = try EmbeddingsRequest(fields)
        let caller = request.caller(user: try fields.string("user") ?? "")
        let (vectors, tokens) = try await model.countedEmbeddings(of: wanted.texts, caller: caller)
        let reply = EmbeddingsReply(model: name, vectors: vectors, tokens: tokens, asBase64: wanted.asBase64)
        return .json(capacity: vectors.count * 8192) { reply.write(to: &$0) }
    }
}

extension ModelAdapter {
    /// Turns texts into vectors, and counts the texts' tokens; 0 where nobody can.
    func countedEmbeddings(of texts: [String], caller: String) async throws -> (vectors: [[Float]], tokens: Int) {
        let meter = UsageMeter(caller: caller)
        let vectors = try await meter.run { try await self.embed(texts) }
        if let usage = meter.usage { return (vectors, usage.promptTokens) }
        var tokens = 0
        // A backend that neither tells nor counts still embeds.
        for text in texts { tokens += (try? await self.tokenCount(.raw(text))) ?? 0 }
        return (vectors, tokens)
    }
}
