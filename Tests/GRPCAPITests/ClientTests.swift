// SPDX-License-Identifier: Apache-2.0

import KServeModels
import KServeProtocol
import LLMCore
import OpenAutoGLMTesting
import ServingCore
import Synchronization
import Testing

@Suite("This project's clients on this project's server, over gRPC")
struct ClientTests {
    @Test("A server and its models are described, and answer")
    func inference() async throws {
        try await LiveGRPC.run { server in
            let client = try KServeClient(server.url)
            #expect(try await client.isLive())
            #expect(try await client.isReady("add_sub"))
            #expect(try await !client.isReady("nothing"))
            #expect(try await client.metadata().name == "open-autoglm")
            #expect(try await client.metadata(of: "add_sub").inputs.map(\.shape) == [[-1, 2], [-1, 2]])
            #expect(try await client.configuration(of: "add_sub").maximumBatchSize == 8)
            var request = KServeRequest(
                "add_sub",
                inputs: [
                    try KServeTensor("INPUT0", shape: [1, 2], values: [1, 2] as [Float]),
                    try KServeTensor("INPUT1", shape: [1, 2], values: [10, 20] as [Float]),
                ])
            request.id = "mine"
            let answer = try await client.infer(request)
            #expect(try answer["OUTPUT0"]?.values(as: Float.self) == [11, 22])
            #expect(try answer["OUTPUT1"]?.values(as: Float.self) == [-9, -18])
            #expect(answer.id == "mine")
            let figures = try #require(try await client.statistics(of: "add_sub").first)
            #expect(figures.successes.count == 1)
            #expect(figures.inferenceCount == 1)
        }
    }

    @Test("Refusals mean the same to the client")
    func refusals() async throws {
        try await LiveGRPC.run { server in
            let client = try KServeClient(server.url)
            let text = try KServeTensor("INPUT0", shape: [1], strings: ["a"])
            for (model, inputs, code) in [
                ("nothing", [text], .unknownModel), ("texts", [], .invalidRequest), ("repeat", [text], .invalidRequest),
                ("texts", [text, text], .invalidRequest),
            ] as [(String, [KServeTensor], LLMError.Code)] {
                let error = await #expect(throws: LLMError.self) {
                    try await client.infer(KServeRequest(KServeModelName(model), inputs: inputs))
                }
                #expect(error?.code == code)
            }
            let late = KServeRequest("slow", inputs: [text], timeLimit: .milliseconds(50))
            let error = await #expect(throws: LLMError.self) { try await client.infer(late) }
            #expect(error?.code == .deadlineExceeded)
        }
    }

    @Test("A model that answers any number of times is streamed")
    func stream() async throws {
        try await LiveGRPC.run { server in
            let values = Mutex<[Int32]>([])
            let request = KServeRequest(
                "repeat", inputs: [try KServeTensor("IN", shape: [3], values: [4, 5, 6] as [Int32])])
            try await KServeClient(server.url).stream(request) { answer in
                let value = try answer["OUT"]?.values(as: Int32.self) ?? []
                values.withLock { $0 += value }
            }
            #expect(values.withLock { $0 } == [4, 5, 6])
        }
    }

    @Test("A language model on one side is a language model on the other", arguments: [true, false])
    func language(isStreamed: Bool) async throws {
        let model = ScriptedModel(replies: ["Hello to you"])
        try await LiveGRPC.run(text: model) { server in
            let remote = KServeTextModel("text", client: try KServeClient(server.url))
            var request = GenerationRequest(prompt: .user("Hi"), maxTokens: 9)
            request.isStreamed = isStreamed
            let response = try await remote.generate(request).response()
            #expect(response.text == "Hello to you")
            #expect(model.requests.last?.maxTokens == 9)
        }
    }
}
