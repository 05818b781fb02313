// SPDX-License-Identifier: Apache-2.0

import KServeModels
import LLMCore
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("Text models behind KServe")
struct TextModelTests {
    static let wires: [FakeTriton.Wire] = [.http, .grpc]

    private static func error(_ wire: FakeTriton.Wire, _ prompt: String) async throws -> LLMError? {
        try await FakeTriton.run(wire) { client, _ in
            await #expect(throws: LLMError.self) {
                try await KServeTextModel("text", client: client).generate(
                    GenerationRequest(
                        prompt: .raw(prompt), sampling: KServeTextModel("text", client: client).defaultSampling)
                ).response()
            }
        }
    }

    @Test("The adapter conforms", arguments: Self.wires)
    func conformance(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, _ in
            #expect(await ModelAdapterConformance(KServeTextModel("text", client: client)).failures() == [])
        }
    }

    @Test("Answers come piece by piece, with reason and usage", arguments: Self.wires)
    func streams(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, triton in
            var request = GenerationRequest(prompt: .raw("one two three four"), sampling: .greedy, maxTokens: 3)
            request.stop = ["\n"]
            var (pieces, summary) = ([String](), GenerationSummary?.none)
            for try await event in try await KServeTextModel("text", client: client).generate(request) {
                switch event {
                case .text(let delta): pieces.append(delta.text)
                case .finished(let last): summary = last
                case .toolCall: Issue.record("a tool was called")
                }
            }
            #expect(pieces == ["one", " two", " three"])
            #expect(summary?.finishReason == .length && summary?.model == "text")
            #expect(summary?.usage == TokenUsage(promptTokens: 4, completionTokens: 3))
            let asked = triton.asked.withLock { $0[0] }
            #expect(asked["stream"] == true && asked["exclude_input_in_output"] == true)
            let options = try JSONValue(parsing: asked["sampling_parameters"]?.stringValue ?? "")
            #expect(options == ["temperature": 0.0, "top_p": 0.95, "max_tokens": 3, "stop": ["\n"]])
        }
    }

    @Test("An answer that is wanted whole comes as one piece", arguments: Self.wires)
    func whole(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, triton in
            var request = GenerationRequest(prompt: "one two", sampling: .greedy)
            request.isStreamed = false
            let response = try await KServeTextModel("text", client: client).generate(request).response()
            #expect(response.text == "one two" && response.summary.finishReason == .stop)
            #expect(triton.asked.withLock { $0[0]["stream"] } == false)
        }
    }

    @Test("A model that answers once is found by its only texts", arguments: FakeTriton.Wire.allCases)
    func plain(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, _ in
            let model = KServeTextModel("plain", client: client)
            let request = GenerationRequest(prompt: "quiet", sampling: model.defaultSampling)
            let response = try await model.generate(request).response()
            #expect(response.text == "QUIET")
            for change in [
                { $0.maxTokens = 3 }, { $0.stop = ["a"] }, { $0.sampling.temperature = 0 },
                { $0.topLogProbabilities = 1 },
                { $0.constraint = .choices(["a"]) }, { $0.adapter = "lora" },
                { $0.prompt = .messages([.system("Be kind."), .user("Hello")]) },
            ] as [(inout GenerationRequest) -> Void] {
                var changed = request
                change(&changed)
                let error = await #expect(throws: LLMError.self) { try await model.generate(changed) }
                #expect(error?.code == .unsupported)
            }
        }
    }

    @Test("A format makes text of conversations")
    func conversations() async throws {
        try await FakeTriton.run(.grpc) { client, _ in
            var signature = KServeTextSignature()
            signature.conversationFormat = { $0.map { "\($0.role.rawValue): \($0.text)" }.joined(separator: " ") }
            let model = KServeTextModel("text", client: client, signature: signature)
            let prompt = GenerationPrompt.messages([.system("Be kind."), .user("Hello")])
            let response = try await model.generate(GenerationRequest(prompt: prompt)).response()
            #expect(response.text == "system: Be kind. user: Hello")
        }
    }

    @Test("Texts are embedded in batches of what the model takes", arguments: FakeTriton.Wire.allCases)
    func embeds(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, triton in
            var signature = KServeTextSignature()
            signature.embeddingOutput = "vector"
            let model = KServeTextModel("embed", client: client, signature: signature)
            let vectors = try await model.embed(["a", "bb", "ccc"])
            #expect(vectors == [[1, 0.5, -1], [2, 0.5, -1], [3, 0.5, -1]])
            #expect(triton.batches.withLock { $0 } == [2, 1])
            #expect(try await model.embed([]) == [])
        }
    }

    @Test("Outputs that are not there are named", arguments: Self.wires)
    func wrongSignature(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, _ in
            var signature = KServeTextSignature()
            signature.embeddingOutput = "vectors"
            let error = await #expect(throws: LLMError.self) {
                try await KServeTextModel("embed", client: client, signature: signature).embed(["a"])
            }
            #expect(error?.code == .backendFailed && error?.message.contains("'vectors'") == true)
            let other = await #expect(throws: LLMError.self) {
                try await KServeTextModel("echo", client: client).generate(GenerationRequest(prompt: "a"))
            }
            #expect(other?.code == .unsupported)
        }
    }

    @Test("A stream that ends too early is an error", arguments: Self.wires, ["a b cut", "a b drop"])
    func truncated(wire: FakeTriton.Wire, prompt: String) async throws {
        #expect(try await Self.error(wire, prompt)?.code == .truncatedStream)
    }

    @Test("A failure within the answer is an error", arguments: Self.wires)
    func failure(wire: FakeTriton.Wire) async throws {
        let error = try await Self.error(wire, "a b error")
        #expect(error?.code == .backendFailed && error?.message.contains("the model broke") == true)
    }

    @Test("A stream that is dropped stops the request", arguments: Self.wires)
    func cancellation(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, triton in
            let model = KServeTextModel("text", client: client)
            let asked = GenerationRequest(prompt: .raw("a b silence"))
            await withThrowingTaskGroup { group in
                let (begun, beginning) = AsyncStream<Void>.makeStream()
                group.addTask {
                    defer { beginning.finish() }
                    for try await _ in try await model.generate(asked) { beginning.yield() }
                }
                for await _ in begun { break }
                group.cancelAll()
            }
            for await _ in triton.abandonments { break }
        }
    }

    @Test("A time limit is kept", arguments: Self.wires)
    func timeLimit(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.run(wire) { client, _ in
            let model = KServeTextModel("text", client: client)
            var request = GenerationRequest(prompt: .raw("a b silence"))
            request.scheduling.timeLimit = .milliseconds(200)
            let asked = request
            let error = await #expect(throws: LLMError.self) { try await model.generate(asked).response() }
            #expect(error?.code == .deadlineExceeded)
        }
    }
}
