// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `POST /v1/responses`.
struct ResponsesRoute: Sendable {
    let models: Gateway
    let clock: ReplyClock
    let limits: LiveLimits

    func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.models.model(in: fields, of: request)
        let wanted = try ResponsesRequest(fields, sampling: model.defaultSampling)
        let reply = ResponsesReply(
            id: self.clock.name(""), created: self.clock.seconds(), model: name, request: wanted)
        let answer = try await model.generate(wanted.generation.asked(by: request))
        if wanted.streams { return try await .stream([answer], ResponsesChunks(reply)) }
        let whole = try await answer.response()
        return .json([whole]) { reply.write(whole, to: &$0) }
    }
}
