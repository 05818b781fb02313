// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import LLMCore
import Observability
import OpenAutoGLMTesting
import ServedModelProbes
import ServiceClient
import Synchronization
import Testing
import Tracing

@Suite("The client of autoglm.v1 on a live server")
struct AutoGLMClientTests {
    @Test("Texts become vectors, in their order, for who asks")
    func embeds() async throws {
        let model = VectorModel()
        try await LiveGRPC.run(chat: model) { server in
            let client = try AutoGLMClient(server.url)
            let vectors = try await client.embed(["one", "", "three"], model: "vectors", user: "anna")
            #expect(vectors == [[3, 0.5], [0, 0.5], [5, 0.5]])
            #expect(model.callers.withLock(\.self) == ["anna"])
            #expect(try await client.embed(Array(repeating: "a", count: 2048), model: "vectors").count == 2048)
        }
    }

    @Test(
        "What cannot be embedded is refused by its own code",
        arguments: [
            ("vectors", 0, .invalidRequest), ("vectors", 2049, .invalidRequest), ("none", 1, .unknownModel),
        ] as [(String, Int, LLMError.Code)])
    func embedsNot(model: String, count: Int, code: LLMError.Code) async throws {
        try await LiveGRPC.run(chat: VectorModel()) { server in
            let error = await #expect(throws: LLMError.self) {
                try await AutoGLMClient(server.url).embed(Array(repeating: "a", count: count), model: model)
            }
            #expect(error?.code == code)
        }
    }

    @Test("A model that only talks does not embed")
    func unsupported() async throws {
        try await LiveGRPC.run(chat: ScriptedModel(name: "chat")) { server in
            let error = await #expect(throws: LLMError.self) {
                try await AutoGLMClient(server.url).embed(["a"], model: "chat")
            }
            #expect(error?.code == .unsupported && error?.message.contains(server.url.dropFirst(7)) == true)
        }
    }

    @Test("Errors of a generation keep their code, and the time to wait")
    func errors() async throws {
        var late = LLMError(.rateLimited, "Slower.")
        late.retryAfter = .seconds(7)
        let failures = [late, LLMError(.contextOverflow, "Too long."), LLMError(.unavailable, "Gone.")]
        let model = ScriptedModel(
            replies: failures.map { .failure($0) } + [.cutOff(after: "Half an answer")], name: "chat")
        try await LiveGRPC.run(chat: model) { server in
            let client = try AutoGLMClient(server.url)
            for failure in failures {
                let error = await #expect(throws: LLMError.self) { try await client.chat("Hi") }
                #expect(error?.code == failure.code && error?.retryAfter == failure.retryAfter)
            }
            let error = await #expect(throws: LLMError.self) { try await client.chat("Hi") }
            #expect(error?.code == .truncatedStream)
        }
    }

    @Test("What the protocol has no words for is refused before anything is sent")
    func unsaid() async throws {
        let model = ScriptedModel(name: "chat")
        try await LiveGRPC.run(chat: model) { server in
            let image = Message(role: .user, content: [.image(.url("https://example.com/a.png"))])
            let error = await #expect(throws: LLMError.self) {
                try await AutoGLMClient(server.url).generate(
                    GenerationRequest(prompt: .messages([image])), model: "chat"
                ) { _ in true }
            }
            #expect(error?.code == .unsupported && model.requests.isEmpty)
        }
    }

    @Test("A text is gone on from by the options that are asked for; what a tool throws ends it")
    func options() async throws {
        let call = ToolCall(id: "c", name: "weather", arguments: [:])
        let model = ScriptedModel(replies: ["fine", .calls([call])], name: "chat", capabilities: .tools)
        try await LiveGRPC.run(chat: model) { server in
            let client = try AutoGLMClient(server.url)
            var request = GenerationRequest(prompt: .raw("Once"), maxTokens: 3, stop: ["\n"])
            (request.sampling.temperature, request.sampling.topK, request.sampling.seed) = (0.25, 7, 42)
            try await client.generate(request, model: "chat") { _ in true }
            let asked = try #require(model.requests.first)
            #expect(asked.prompt == .raw("Once") && asked.maxTokens == 3 && asked.stop == ["\n"])
            #expect(asked.sampling.temperature == 0.25 && asked.sampling.topK == 7 && asked.sampling.seed == 42)
            let tool = ToolDefinition(name: "weather", description: "Tells it.", parameters: [:])
            let toolRequest = GenerationRequest(prompt: .user("Hi"), tools: [tool])
            let runner: AutoGLMClient.ToolRunner = { _ in throw BrokenTool() }
            await #expect(throws: BrokenTool.self) {
                try await client.generate(toolRequest, model: "chat", tools: runner) { _ in true }
            }
        }
    }

    @Test("Who asks is known by his key, and refused without")
    func keys() async throws {
        var settings = AccessSettings()
        settings.keys = [
            AccessKey(hash: KeyHash(of: "k"), grant: AccessGrant(name: "a", models: [ModelPattern("chat")]))
        ]
        let model = ScriptedModel(replies: ["fine"], name: "chat")
        try await LiveGRPC.run(chat: model, access: AccessGuard(settings)) { server in
            for key in [nil, "other"] {
                let error = await #expect(throws: LLMError.self) {
                    try await AutoGLMClient(server.url, key: key).chat("Hi")
                }
                #expect(error?.code == .unauthorized)
            }
            let client = try AutoGLMClient(server.url, key: "k")
            #expect(try await client.chat("Hi") == "fine")
            let error = await #expect(throws: LLMError.self) { try await client.chat("Hi", model: "texts") }
            #expect(error?.code == .unauthorized)
            await #expect(throws: LLMError.self) { try await client.unload("texts") }
        }
    }

    @Test("The server's part of a call belongs to the caller's trace")
    func traces() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        let caller = telemetry.tracer.begin("caller", parent: nil)
        try await LiveGRPC.run(chat: ScriptedModel(replies: ["fine"], name: "chat"), telemetry: telemetry) { server in
            let client = try AutoGLMClient(server.url)
            try await ServiceContext.withValue(caller.context) {
                _ = try await client.listing()
                _ = try await client.chat("Hi")
            }
        }
        for method in ["ListModels", "Generate"] {
            let span = try #require(spans.all.first { $0.name == "autoglm.v1.AutoGLM/\(method)" })
            #expect(span.parentID == caller.trace.spanID && span.context.traceID == caller.trace.traceID)
        }
    }

    @Test("A server that is not there is unavailable, and one that went away is, too")
    func away() async throws {
        let model = ScriptedModel(replies: ["fine"], name: "chat")
        let (known, url) = try await LiveGRPC.run(chat: model) { server in
            let client = try AutoGLMClient(server.url)
            #expect(try await client.chat("Hi") == "fine")
            return (client, server.url)
        }
        for client in [known, try AutoGLMClient(url)] {
            let error = await #expect(throws: LLMError.self) { try await client.listing() }
            #expect(error?.code == .unavailable)
        }
    }
}

/// What a tool fails with.
private struct BrokenTool: Error {}

extension AutoGLMClient {
    /// Asks, and puts the answer together.
    fileprivate func chat(_ text: String, model: String = "chat") async throws -> String {
        let answer = Mutex("")
        try await self.generate(GenerationRequest(prompt: .user(text)), model: model) { event in
            if case .text(let delta) = event { answer.withLock { $0 += delta.text } }
            return true
        }
        return answer.withLock { $0 }
    }
}

/// A model whose vectors have the texts' lengths.
private final class VectorModel: ModelAdapter {
    let name = "vectors"
    let capabilities: ModelCapabilities = .embeddings
    /// Who asked.
    let callers = Mutex<[String]>([])

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        throw LLMError(.unsupported, "This model only embeds.")
    }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        self.callers.withLock { $0.append(UsageMeter.caller) }
        return texts.map { [Float($0.count), 0.5] }
    }
}
