// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers Anthropic's clients: `POST /v1/messages` and `/v1/messages/count_tokens`.
struct MessagesRoutes: Sendable {
    let models: Gateway
    let clock: ReplyClock
    let limits: LiveLimits

    func add(to router: Router<BasicRequestContext>) {
        router.route(.post, "v1/messages") { request, _ in try await self.respond(to: request) }
        router.route(.post, "v1/messages/count_tokens") { request, _ in try await self.count(request) }
    }

    private func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.models.model(in: fields, of: request)
        let wanted = try MessagesRequest(fields, sampling: model.defaultSampling)
        let reply = MessagesReply(id: self.clock.name("msg_"), model: name)
        let answer = try await model.generate(wanted.generation.asked(by: request))
        if wanted.streams { return try await .stream([answer], MessagesChunks(reply)) }
        let whole = try await answer.response()
        return .json([whole]) { reply.write(whole, to: &$0) }
    }

    private func count(_ request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (_, model) = try await self.models.model(in: fields, of: request)
        let tokens = try await model.tokenCount(try MessagesRequest.prompt(fields))
        return .json { $0.value(["input_tokens": .integer(tokens)]) }
    }
}
