// SPDX-License-Identifier: Apache-2.0

import LLMCore
import NIOHTTP1
import RemoteModels
import Testing

@Suite("Health of servers")
struct HealthTests {
    @Test(
        "Each server is asked where it says so, and what it says is heard",
        arguments: [
            (RemoteBackend.openai, "/v1", "/v1/models"), (.openaiResponses, "/v1", "/v1/models"),
            (.llamacpp, "/v1", "/v1/models"), (.vllm, "/v1", "/health"), (.tgi, "", "/health"), (.tei, "", "/health"),
            (.transformers, "/v1", "/v1/models"), (.anthropic, "", "/v1/models"), (.ollama, "", "/api/version"),
        ])
    func checks(backend: RemoteBackend, base: String, path: String) async throws {
        for status in [200, 503] {
            try await ScriptedServer.run({ _ in ScriptedServer.Reply(status: status) }) { server in
                let model = try backend.open("m", baseURL: server.url + base, environment: [:])
                if status == 200 {
                    try await model.checkHealth()
                } else {
                    let error = await #expect(throws: LLMError.self) { try await model.checkHealth() }
                    #expect(error?.code == .unavailable)
                }
                #expect(server.requests.map(\.path) == [path] && server.requests.first?.method == .GET)
            }
        }
        let nowhere = try backend.open("m", baseURL: "http://127.0.0.1:1" + base, environment: [:])
        let error = await #expect(throws: LLMError.self) { try await nowhere.checkHealth() }
        #expect(error?.code == .unavailable)
    }
}
