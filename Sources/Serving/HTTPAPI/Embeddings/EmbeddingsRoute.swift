// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `POST /v1/embeddings`.
struct EmbeddingsRoute: Sendable {
    let models: Gateway
    let limits: ServerLimits

    func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits)
        let name = try fields.required("model", try fields.string("model"))
        let model = try self.models.model(named: name)
        let wanted = try EmbeddingsRequest(fields)
        let meter = UsageMeter(caller: request.caller(user: try fields.string("user") ?? ""))
        let vectors = try await meter.run { try await model.embed(wanted.texts) }
        var tokens = meter.usage?.promptTokens ?? 0
        if meter.usage == nil {
            // A backend that neither tells nor counts still embeds.
            for text in wanted.texts { tokens += (try? await model.tokenCount(.raw(text))) ?? 0 }
        }
        let reply = EmbeddingsReply(model: name, vectors: vectors, tokens: tokens, asBase64: wanted.asBase64)
        return .json(capacity: vectors.count * 8192) { reply.write(to: &$0) }
    }
}
