// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import RemoteModels
import RemoteTransport
import Testing

@Suite("Backends by name")
struct RemoteBackendTests {
    @Test(
        "A service that wants a key says how to give one",
        arguments: [
            (RemoteBackend.openai, "OPENAI_API_KEY"), (.anthropic, "ANTHROPIC_API_KEY"),
            (.openaiResponses, "OPENAI_API_KEY"),
        ])
    func missingKey(backend: RemoteBackend, variable: String) {
        let error = #expect(throws: LLMError.self) { _ = try backend.open("m", environment: [:]) }
        #expect(error?.code == .unauthorized && error?.message.contains("set \(variable)") == true)
    }

    @Test(
        "URL and key come from the environment",
        arguments: [
            (RemoteBackend.openai, "OPENAI", "authorization", "Bearer k-1"),
            (.vllm, "VLLM", "authorization", "Bearer k-1"),
            (.anthropic, "ANTHROPIC", "x-api-key", "k-1"), (.ollama, "OLLAMA", "authorization", "Bearer k-1"),
        ])
    func environment(backend: RemoteBackend, prefix: String, header: String, value: String) async throws {
        try await ScriptedServer.run({ _ in .json(["error": "no"], status: 400) }) { server in
            let model = try backend.open(
                "m", environment: ["\(prefix)_BASE_URL": server.url, "\(prefix)_API_KEY": "k-1"])
            await #expect(throws: LLMError.self) { try await model.generate(GenerationRequest(prompt: "Hello")) }
            #expect(server.requests.first?.headers.first(name: header) == value)
        }
    }
}
