// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelGateway
import OpenAutoGLMTesting
import RemoteTransport
import Testing

@Suite("Media for backends")
struct MediaInliningTests {
    private static func ask(_ source: MediaSource, _ model: ScriptedModel) async throws -> String {
        let message = Message(role: .user, content: [.text("What is this?"), .image(source)])
        let request = GenerationRequest(prompt: .messages([message]))
        return try await MediaInlining(MediaFetcher()).generate(request, next: model).response().text
    }

    @Test("A URL into the local network is refused before the model is asked")
    func local() async throws {
        let model = ScriptedModel(replies: ["A cat."])
        let error = await #expect(throws: TransportError.self) {
            try await Self.ask(.url("http://127.0.0.1:1/a.png"), model)
        }
        #expect(error?.code == .refusedAddress && model.requests.isEmpty)
    }

    @Test(
        "What holds its bytes is handed on as it is",
        arguments: [MediaSource.data([1], mediaType: "image/png"), .url("data:image/png;base64,AQ==")])
    func bytes(source: MediaSource) async throws {
        let model = ScriptedModel(replies: ["A cat."])
        #expect(try await Self.ask(source, model) == "A cat.")
        guard case .messages(let messages)? = model.requests.first?.prompt else {
            Issue.record("The prompt is of another kind.")
            return
        }
        #expect(messages[0].content == [.text("What is this?"), .image(source)])
    }

    @Test("Where media come from is configured")
    func configured() throws {
        let models = "models: {a: {backend: openai, model: m, url: \"http://localhost:1/v1\", media: "
        _ = try GatewayConfiguration(yaml: models + "{hosts: [img.example], megabytes: 8, time: 5s}}}")
        let error = #expect(throws: GatewayError.self) { try GatewayConfiguration(yaml: models + "{host: [x]}}}") }
        #expect(error?.message.contains("Did you mean 'hosts'?") == true)
    }
}
