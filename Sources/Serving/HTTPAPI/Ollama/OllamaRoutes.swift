// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import LLMCore
internal import ModelGateway

/// Answers Ollama's clients.
struct OllamaRoutes: Sendable {
    let models: Gateway
    let clock: ReplyClock
    let limits: LiveLimits

    /// The version of the protocol that is spoken; clients go by it to know what they may ask.
    static let version = "0.12.11"

    func add(to router: Router<BasicRequestContext>) {
        router.route(.post, "api/chat") { request, _ in try await self.generate(request, isChat: true) }
        router.route(.post, "api/generate") { request, _ in try await self.generate(request, isChat: false) }
        router.route(.post, "api/embed") { request, _ in try await self.embed(request) }
        router.route(.post, "api/show") { request, _ in try await self.show(request) }
        router.route(.get, "api/tags") { _, _ in self.list() }
        // Ollama's own program asks so whether anybody is there.
        router.on("", method: .head) { _, _ in Response(status: .ok) }
        router.route(.get, "api/version") { _, _ in .json { $0.value(["version": .string(Self.version)]) } }
    }

    private func generate(_ request: Request, isChat: Bool) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.model(in: fields, of: request)
        let wanted =
            isChat
            ? try OllamaRequest(chat: fields, sampling: model.defaultSampling)
            : try OllamaRequest(generate: fields, sampling: model.defaultSampling)
        let reply = OllamaReply(
            model: name, isChat: isChat, topLogProbabilities: wanted.generation?.topLogProbabilities, clock: self.clock)
        guard let generation = wanted.generation else { return .json { reply.writeLoaded(to: &$0) } }
        let answer = try await model.generate(generation.asked(by: request))
        if wanted.streams { return try await .stream([answer], OllamaChunks(reply)) }
        let whole = try await answer.response()
        return .json([whole]) { reply.write(whole, to: &$0) }
    }

    private func embed(_ request: Request) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (name, model) = try await self.model(in: fields, of: request)
        let start = self.clock.uptime()
        let (vectors, tokens) = try await model.countedEmbeddings(
            of: try fields.embeddingInput(), caller: request.caller(user: ""))
        let time = self.clock.uptime() - start
        return .json(capacity: vectors.count * 8192) { writer in
            writer.object { writer in
                writer.member("model", name)
                writer.key("embeddings")
                writer.array { writer in
                    for vector in vectors {
                        writer.array { writer in for value in vector { writer.number(value) } }
                    }
                }
                writer.member("total_duration", time.nanoseconds)
                writer.member("load_duration", 0)
                writer.member("prompt_eval_count", tokens)
            }
        }
    }

    private func list() -> Response {
        let time = self.clock.iso8601
        let entries = self.models.visibleNames.map { name -> JSONValue in
            [
                "name": .string(name), "model": .string(name), "modified_at": .string(time), "size": 0, "digest": "",
                "details": Self.details,
            ]
        }
        return .json { $0.value(["models": .array(entries)]) }
    }

    private func show(_ request: Request) async throws -> Response {
        let (_, model) = try await self.model(in: try await request.fields(self.limits.current), of: request)
        let answer: JSONValue = [
            "modelfile": "", "parameters": "", "template": "", "details": Self.details, "model_info": [:],
            "capabilities": .array(model.capabilities.ollamaNames.map { .string($0) }),
            "modified_at": .string(self.clock.iso8601),
        ]
        return .json { $0.value(answer) }
    }

    /// What Ollama tells of a model's file, which there need not be.
    private static let details: JSONValue = [
        "parent_model": "", "format": "", "family": "", "families": [], "parameter_size": "",
        "quantization_level": "",
    ]

    /// The model that a request names; clients add the tag `latest` to names that have none.
    private func model(
        in fields: RequestFields, of request: Request
    ) async throws -> (name: String, model: any ModelAdapter) {
        let name = try fields.required("model", try fields.string("model") ?? fields.string("name"))
        let tag = ":latest"
        let isTagged = name.hasSuffix(tag) && !self.models.visibleNames.contains(name)
        let untagged = isTagged ? String(name.dropLast(tag.count)) : name
        return (name, try await self.models.model(named: untagged, for: request.requester(fields)))
    }
}

extension ModelCapabilities {
    /// The words that Ollama has for them.
    fileprivate var ollamaNames: [String] {
        let words: [(ModelCapabilities, String)] = [
            (.chat, "completion"), (.tools, "tools"), (.images, "vision"), (.embeddings, "embedding"),
        ]
        return words.filter { self.contains($0.0) }.map(\.1)
    }
}
