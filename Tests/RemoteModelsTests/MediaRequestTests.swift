// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelGateway
import OpenAutoGLMTesting
import RemoteModels
import RemoteTransport
import Testing

@Suite("Images and recordings in each protocol's words")
struct MediaRequestTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
    private static let bytes = MediaSource.data([1], mediaType: "image/png")

    /// The path to the part within a request's body, and the part.
    struct Case: Sendable, CustomTestStringConvertible {
        let backend: RemoteBackend
        let part: ContentPart
        let written: JSONValue?

        var testDescription: String { "\(self.backend.rawValue) \(self.part)" }
    }

    private static let openAI: [Case] = [.openai, .llamacpp, .vllm, .tgi].flatMap { backend in
        [
            Case(
                backend: backend, part: .image(Self.bytes),
                written: ["type": "image_url", "image_url": ["url": "data:image/png;base64,AQ=="]]),
            Case(
                backend: backend, part: .image(.url("https://a.example/b.png")),
                written: ["type": "image_url", "image_url": ["url": "https://a.example/b.png"]]),
        ]
    }
    private static let recordings: [Case] = [
        Case(
            backend: .vllm, part: .audio(.data([1], mediaType: "audio/wav")),
            written: ["type": "input_audio", "input_audio": ["data": "AQ==", "format": "wav"]]),
        Case(
            backend: .vllm, part: .audio(.url("data:audio/mpeg;base64,AQ==")),
            written: ["type": "input_audio", "input_audio": ["data": "AQ==", "format": "mp3"]]),
        Case(backend: .vllm, part: .audio(.url("https://a.example/b.wav")), written: .none),
    ]
    private static let others: [Case] = [
        Case(
            backend: .openaiResponses, part: .image(Self.bytes),
            written: ["type": "input_image", "image_url": "data:image/png;base64,AQ=="]),
        Case(
            backend: .openaiResponses, part: .image(.url("https://a.example/b.png")),
            written: ["type": "input_image", "image_url": "https://a.example/b.png"]),
        Case(
            backend: .anthropic, part: .image(Self.bytes),
            written: ["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": "AQ=="]]),
        Case(
            backend: .anthropic, part: .image(.url("data:image/gif;base64,AQ==")),
            written: ["type": "image", "source": ["type": "base64", "media_type": "image/gif", "data": "AQ=="]]),
        Case(
            backend: .anthropic, part: .image(.url("https://a.example/b.png")),
            written: ["type": "image", "source": ["type": "url", "url": "https://a.example/b.png"]]),
        Case(backend: .ollama, part: .image(Self.bytes), written: "AQ=="),
        Case(backend: .ollama, part: .image(.url("https://a.example/b.png")), written: .none),
    ]

    @Test(
        "A part is written as the protocol has it, or refused", arguments: Self.openAI + Self.recordings + Self.others)
    func parts(item: Case) async throws {
        let server = try #require(AdapterConformanceTests.cases.first { $0.backend == item.backend })
        try await ScriptedServer.run(server.server) { running in
            let model = try item.backend.open("m", baseURL: running.url + server.path, environment: [:])
            let message = Message(role: .user, content: [.text("What is this?"), item.part])
            let request = GenerationRequest(prompt: .messages([message]), sampling: .greedy)
            guard let written = item.written else {
                let error = await #expect(throws: LLMError.self) { try await model.generate(request) }
                #expect(error?.code == .unsupported && running.requests.isEmpty)
                return
            }
            _ = try await model.generate(request).response()
            let body = try #require(running.requests.last).json
            let turn = (body["messages"] ?? body["input"])?.arrayValue?.first
            #expect((turn?["images"] ?? turn?["content"])?.arrayValue?.last == written)
        }
    }

    @Test("A recording is refused by those who do not hear", arguments: [RemoteBackend.anthropic, .ollama, .tgi])
    func deaf(backend: RemoteBackend) async throws {
        let model = try backend.open("m", baseURL: "http://127.0.0.1:1", environment: [:])
        let message = Message(role: .user, content: [.audio(.data([1], mediaType: "audio/wav"))])
        let error = await #expect(throws: LLMError.self) {
            try await model.generate(GenerationRequest(prompt: .messages([message]), sampling: .greedy))
        }
        #expect(error?.code == .unsupported)
    }

    @Test("Media at a URL are fetched here, and reach a backend that takes bytes alone")
    func inlined() async throws {
        let media = { @Sendable (_: ScriptedServer.Request) in ScriptedServer.Reply(pieces: [Self.png]) }
        try await ScriptedServer.run(media) { images in
            try await ScriptedServer.run(OllamaServer.reply) { server in
                var policy = MediaPolicy()
                policy.localHosts = ["127.0.0.1"]
                // Beside other tests, a thread may be long in coming.
                policy.timeLimit = .seconds(600)
                let model = OllamaModel("m", baseURL: server.url)
                let message = Message(
                    role: .user, content: [.text("What is this?"), .image(.url("\(images.url)/a.png"))])
                let request = GenerationRequest(prompt: .messages([message]), sampling: .greedy)
                let inlining = MediaInlining(MediaFetcher(policy))
                let response = try await inlining.generate(request, next: model).response()
                #expect(response.text == "The capital is Paris é😀.")
                let turn = server.requests.last?.json["messages"]?.arrayValue?.first
                #expect(turn?["images"] == ["iVBORw0KGgoBAgM="] && turn?["content"] == "What is this?")
            }
        }
    }
}
