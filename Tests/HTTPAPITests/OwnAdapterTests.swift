// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import RemoteModels
import Testing

/// Both ends of each protocol are ours, and check each other.
@Suite("Our adapters and our server")
struct OwnAdapterTests {
    static let backends: [RemoteBackend] = [.openai, .openaiResponses, .llamacpp, .anthropic, .ollama]

    private static func open(_ backend: RemoteBackend, _ server: LiveServer) throws -> any ModelAdapter {
        let path = [.anthropic, .ollama].contains(backend) ? "" : "/v1"
        return try backend.open("capable", baseURL: "http://127.0.0.1:\(server.port)\(path)", environment: [:])
    }

    @Test("The checks of all adapters pass against this server", arguments: Self.backends)
    func conforms(backend: RemoteBackend) async throws {
        try await LiveServer.run(CapableModel()) { server in
            try await LiveServer.run(CapableModel(breaksOff: true)) { brokenServer in
                let conformance = ModelAdapterConformance(
                    try Self.open(backend, server), broken: try Self.open(backend, brokenServer), callsInParallel: true)
                #expect(await conformance.failures() == [])
            }
        }
    }

    @Test("An answer arrives as the model gave it, whole and in pieces", arguments: Self.backends, [true, false])
    func answers(backend: RemoteBackend, isStreamed: Bool) async throws {
        try await LiveServer.run(CapableModel()) { server in
            var request = GenerationRequest(prompt: "Hello", sampling: .greedy)
            request.isStreamed = isStreamed
            let response = try await Self.open(backend, server).generate(request).response()
            #expect(response.text == CapableModel.pieces.joined() && response.summary.finishReason == .stop)
            #expect(response.summary.usage.completionTokens == 5 && response.summary.usage.promptTokens == 7)
            #expect(response.summary.usage.cachedPromptTokens == (backend == .ollama ? 0 : 3))
            #expect(response.summary.model == "capable")
        }
    }

    @Test("A conversation with calls, results and an image reaches the model as it was", arguments: Self.backends)
    func conversations(backend: RemoteBackend) async throws {
        let model = CapableModel()
        // Ollama's calls have no identifiers, and results follow in order.
        let calls = ["call_0", "call_1"].map { ToolCall(id: $0, name: "weather", arguments: ["city": "Rome"]) }
        let messages: [Message] = [
            .system("Be kind."),
            Message(role: .user, content: [.text("Look"), .image(.data(Self.png, mediaType: "image/png"))]),
            Message(role: .assistant, content: [.text("Let me see.")], toolCalls: calls),
            Message(role: .tool, content: [.text("Sunny")], toolCallID: "call_0"),
            Message(role: .tool, content: [.text("Rain")], toolCallID: "call_1"), .user("And now?"),
        ]
        try await LiveServer.run(model) { server in
            var request = GenerationRequest(prompt: .messages(messages), sampling: .greedy)
            request.tools = [
                ToolDefinition(name: "weather", description: "Tells it.", parameters: ["type": "object"])
            ]
            _ = try await Self.open(backend, server).generate(request).response()
            let asked = try #require(model.requests.first)
            #expect(asked.prompt == .messages(messages))
            #expect(asked.tools == request.tools && asked.toolChoice == .auto)
            #expect(asked.sampling.temperature == 0)
        }
    }

    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 1]

    @Test("Raw prompts reach the model as they are", arguments: [RemoteBackend.llamacpp, .ollama])
    func rawPrompts(backend: RemoteBackend) async throws {
        let model = CapableModel()
        try await LiveServer.run(model) { server in
            var sampling = SamplingOptions(temperature: 0.5, topK: 7, topP: 0.9)
            (sampling.repetitionPenalty, sampling.penaltyWindow, sampling.seed) = (1.5, 32, 9)
            let request = GenerationRequest(
                prompt: .raw("<s>One,"), sampling: sampling, maxTokens: 2, stop: ["x", "y"])
            let response = try await Self.open(backend, server).generate(request).response()
            #expect(response.text == "The capital is" && response.summary.finishReason == .length)
            let asked = try #require(model.requests.first)
            #expect(asked.prompt == request.prompt && asked.sampling == sampling)
            #expect(asked.maxTokens == 2 && asked.stop == ["x", "y"])
        }
    }

    @Test(
        "Errors keep their kind from one end to the other", arguments: Self.backends,
        [
            .unknownModel, .invalidRequest, .contextOverflow, .rateLimited, .unavailable, .deadlineExceeded,
        ] as [LLMError.Code])
    func errors(backend: RemoteBackend, code: LLMError.Code) async throws {
        let model = ScriptedModel(replies: [.failure(LLMError(code, "No."))], name: "capable")
        try await LiveServer.run(model) { server in
            let error = await #expect(throws: LLMError.self) {
                try await Self.open(backend, server).generate(GenerationRequest(prompt: "a", sampling: .greedy))
                    .response()
            }
            #expect(error?.code == code)
            #expect(error?.retryAfter == ([.rateLimited, .unavailable].contains(code) ? .seconds(1) : nil))
        }
    }
}
