// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import KServeModels
import LLMCore
import ModelFacade
import ModelGateway
import Synchronization
import Testing

@Suite("Triton as a backend")
struct BackendTests {
    static let wires: [FakeTriton.Wire] = [.http, .grpc]

    @Test("The quick start answers", arguments: Self.wires)
    func quickStart(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, triton in
            let agent = try await AutoGLM(model: "text", backend: .triton, baseURL: url)
            #expect(try await agent.generate("one two three", maxTokens: 2) == "one two")
            #expect(triton.asked.withLock { $0.first?["text_input"] } == "one two three")
        }
    }

    @Test("A model of a configuration file answers, through what wraps around it", arguments: Self.wires)
    func configured(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, _ in
            let yaml = """
                models:
                  words: {backend: triton, model: text, url: "\(url)", timeouts: {connect: 2s, total: 1m}, retries: {}}
                """
            let gateway = try Gateway(configuration: GatewayConfiguration(yaml: yaml))
            let request = GenerationRequest(prompt: "one two three", sampling: .greedy)
            #expect(
                try await gateway.model(named: "words").generate(request).response().text == "one two three")
            #expect(gateway.usage.accounts.values.map(\.completionTokens) == [3])
        }
    }

    @Test("A server may be named by the environment", arguments: Self.wires)
    func environment(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, _ in
            let configuration = try GatewayConfiguration(
                yaml: "models: {words: {backend: triton, model: text}}", environment: ["TRITON_BASE_URL": url])
            let model = try Gateway(configuration: configuration).model(named: "words")
            let request = GenerationRequest(prompt: "one two", sampling: .greedy)
            #expect(try await model.generate(request).response().text == "one two")
        }
    }

    @Test("An encrypted server is trusted by its authority's file", arguments: Self.wires)
    func encrypted(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire, isEncrypted: true) { url, _ in
            try await TestCertificate.withFile { file in
                let yaml = """
                    models:
                      words: {backend: triton, model: text, url: "\(url)", ca_file: "\(file)"}
                      stranger: {backend: triton, model: text, url: "\(url)"}
                    """
                let gateway = try Gateway(configuration: GatewayConfiguration(yaml: yaml))
                let request = GenerationRequest(prompt: "one two", sampling: .greedy)
                let response = try await gateway.model(named: "words").generate(request).response()
                #expect(response.text == "one two")
                // Over gRPC, a connection that does not come about is tried again.
                guard wire == .http else { return }
                let error = await #expect(throws: LLMError.self) {
                    try await gateway.model(named: "stranger").generate(request).response()
                }
                #expect(error?.code == .unauthorized)
            }
        }
    }

    @Test("A URL that no such server has is refused before anything is sent")
    func url() async {
        let error = await #expect(throws: LLMError.self) {
            try await AutoGLM(model: "text", backend: .triton, baseURL: "ftp://localhost")
        }
        #expect(error?.code == .invalidRequest && error?.message.contains("grpc://localhost:8001") == true)
        let yaml = "models:\n  a: {backend: triton, model: m, url: ftp://x}"
        let problem = #expect(throws: GatewayError.self) { try GatewayConfiguration(yaml: yaml) }
        #expect(problem?.message.contains("https:// or grpc:// or grpcs://") == true)
    }
}
