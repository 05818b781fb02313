// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `POST /v1/chat/completions`.
struct ChatRoute: Sendable {
    let models: Gateway
    let clock: ReplyClock
    let limits: LiveLimits

    func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.models.model(in: fields, of: request)
        let chat = try ChatRequest(fields, model: name, sampling: model.defaultSampling)
        let reply = ChatReply(
            id: self.clock.name("chatcmpl-"), created: self.clock.seconds(), model: name,
            topLogProbabilities: chat.generation.topLogProbabilities)
        let answers = try await model.answers(to: chat.generation.asked(by: request), completions: chat.completions)
        guard !chat.streams else {
            let chunks = ChatChunks(reply, completions: answers.count, includesUsage: chat.includesUsage)
            return try await .stream(answers, chunks)
        }
        let whole = try await answers.whole()
        return .json(whole) { reply.write(whole, to: &$0) }
    }
}
