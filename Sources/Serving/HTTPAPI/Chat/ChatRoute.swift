// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers `POST /v1/chat/completions`.
struct ChatRoute: Sendable {
    let models: Gateway
    let clock: ReplyClock
    let limits: ServerLimits

    func respond(to request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits)
        let name = try fields.required("model", try fields.string("model"))
        let model = try self.models.model(named: name)
        var chat = try ChatRequest(fields, model: name, sampling: model.defaultSampling)
        chat.generation.scheduling.client = request.caller(user: chat.generation.scheduling.client)
        let reply = ChatReply(
            id: self.clock.name("chatcmpl-"), created: self.clock.seconds(), model: name,
            topLogProbabilities: chat.generation.topLogProbabilities)
        let streams = try await Self.start(chat, model)
        return chat.streams
            ? try await Self.stream(
                streams, ChatChunks(reply, completions: streams.count, includesUsage: chat.includesUsage))
            : try await Self.whole(streams, reply)
    }

    private static func start(_ chat: ChatRequest, _ model: any ModelAdapter) async throws -> [GenerationStream] {
        guard chat.completions > 1 else { return [try await model.generate(chat.generation)] }
        return try await model.generate(chat.generation, completions: chat.completions)
    }

    private static func stream(_ streams: [GenerationStream], _ chunks: ChatChunks) async throws -> Response {
        let stream = try await ChatStream(streams, chunks)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                try await stream.write(to: &writer)
                try await writer.finish(nil)
            })
    }

    private static func whole(_ streams: [GenerationStream], _ reply: ChatReply) async throws -> Response {
        var answers: [GenerationResponse] = []
        for stream in streams { answers.append(try await stream.response()) }
        let length = answers.map(\.text.utf8.count).reduce(512, +)
        return .json(capacity: length) { reply.write(answers, to: &$0) }
    }
}
