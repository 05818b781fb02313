// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `POST /v1/completions`.
struct CompletionsRoute: Sendable {
    let models: Gateway
    let clock: ReplyClock
    let limits: LiveLimits

    func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.models.model(in: fields, of: request)
        let wanted = try CompletionsRequest(fields, sampling: model.defaultSampling)
        let head = ChatReply(
            id: self.clock.name("cmpl-"), created: self.clock.seconds(), model: name,
            topLogProbabilities: wanted.generations.first?.topLogProbabilities)
        let reply = CompletionsReply(head: head, completions: wanted.completions, openings: wanted.openings)
        var answers: [GenerationStream] = []
        for generation in wanted.generations {
            answers += try await model.answers(to: generation.asked(by: request), completions: wanted.completions)
        }
        if wanted.streams {
            return try await .stream(answers, CompletionsChunks(reply, includesUsage: wanted.includesUsage))
        }
        let whole = try await answers.whole()
        return .json(whole) { reply.write(whole, to: &$0) }
    }
}
