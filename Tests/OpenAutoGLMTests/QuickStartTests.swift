// SPDX-License-Identifier: Apache-2.0

import OpenAutoGLM
import Testing

@Suite("The quick start works as the papers show it")
struct QuickStartTests {
    @Test("The lines of the quick start, on the default model")
    func quickStart() async throws {
        let template = PromptTemplate("请简要介绍人工智能:{topic}")
        let agent = try await AutoGLM(model: "smollm2", backend: .local, device: .cpu)
        let response = try await agent.generate(template.format(["topic": "发展历程"]), maxTokens: 12)
        #expect(!response.isEmpty)
    }

    @Test("An answer can be streamed, and the pieces are the whole")
    func streaming() async throws {
        let agent = try await AutoGLM(model: "smollm2")
        var pieces: [String] = []
        for try await piece in try await agent.stream("What is the capital of France?", sampling: .greedy) {
            pieces.append(piece)
        }
        let whole = try await agent.generate("What is the capital of France?", sampling: .greedy)
        #expect(pieces.count > 2)
        #expect(pieces.joined() == whole)
        #expect(whole.contains("Paris"))
    }

    @Test("Hugging Face's name means the local engine")
    func alias() throws {
        #expect(Backend.hf == .local)
        #expect(try Backend(named: "HF") == .local)
    }

    @Test("Servers are opened by name, with the URL given", arguments: ["vllm", "tgi", "ollama", "llamacpp", "triton"])
    func servers(name: String) async throws {
        let agent = try await AutoGLM(model: "m", backend: Backend(named: name), baseURL: "http://127.0.0.1:1/v1")
        let error = await #expect(throws: LLMError.self) { _ = try await agent.generate("Hello") }
        #expect(error?.code == .unavailable && error?.message.contains("127.0.0.1:1") == true)
    }

    @Test("A GPU on the local engine is an error that names the backends that have one")
    func cuda() async throws {
        let error = await #expect(throws: LLMError.self) { _ = try await AutoGLM(model: "smollm2", device: .cuda) }
        #expect(error?.message.contains("vLLM, TGI and Triton") == true)
    }

    @Test("Unknown backends and models name the nearest known one")
    func nearestNames() async throws {
        #expect(throws: LLMError.self) { try Backend(named: "tirton") }
        let error = await #expect(throws: LLMError.self) { _ = try await AutoGLM(model: "smolm2") }
        #expect(error?.message.contains("smollm2") == true)
    }
}
