// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import KServeModels
import LLMCore
import ModelFacade
import ModelGateway
import RemoteTransport
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
                  words: {backend: triton, model: text, url: "\(url)", timeouts: {total: 10m}, retries: {}}
                """
            let gateway = try Gateway(configuration: GatewayConfiguration(yaml: yaml))
            let request = GenerationRequest(prompt: "one two three", sampling: .greedy)
            #expect(
                try await gateway.model(named: "words").generate(request).response().text == "one two three")
            #expect(gateway.usage.accounts.values.map(\.completionTokens) == [3])
        }
    }

    @Test("A signature says which tensors are the text, and how a conversation becomes one", arguments: Self.wires)
    func signature(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, triton in
            let yaml = """
                models:
                  plain:
                    {backend: triton, model: plain, url: "\(url)", signature: {text_input: question, text_output: answer}}
                  chat: {backend: triton, model: text, url: "\(url)", signature: {conversation: chatml}}
                  vectors: {backend: triton, model: embed, url: "\(url)", signature: {embedding_output: vector}}
                """
            let gateway = try Gateway(configuration: GatewayConfiguration(yaml: yaml))
            let plain = try gateway.model(named: "plain")
            let request = GenerationRequest(prompt: "quiet", sampling: plain.defaultSampling)
            #expect(try await plain.generate(request).response().text == "QUIET")
            let turns = GenerationPrompt.messages([.system("Be kind."), .user("Hi"), .assistant("Yes?"), .user("one")])
            _ = try await gateway.model(named: "chat").generate(GenerationRequest(prompt: turns)).response()
            let written = """
                <|im_start|>system
                Be kind.<|im_end|>
                <|im_start|>user
                Hi<|im_end|>
                <|im_start|>assistant
                Yes?<|im_end|>
                <|im_start|>user
                one<|im_end|>
                <|im_start|>assistant

                """
            #expect(triton.asked.withLock { $0.last?["text_input"] } == .string(written))
            let vectors = try gateway.model(named: "vectors")
            #expect(vectors.capabilities.contains(.embeddings))
            #expect(try await vectors.embed(["ab"]) == [[2, 0.5, -1]])
        }
    }

    @Test("An answer by a schema is asked for, and its form is found in what the model says", arguments: Self.wires)
    func schema(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, _ in
            let model = try KServeTextModel.open("text", url: url, environment: [:])
            #expect(model.capabilities.contains(.jsonConstraints))
            // The scripted model repeats what it is asked, the schema included.
            var request = GenerationRequest(prompt: #"{"city": "Rome"}"#, sampling: .greedy)
            request.constraint = .jsonSchema(["type": "object", "required": ["city"]])
            let response = try await model.generate(request).response()
            #expect(try JSONValue(parsing: response.text) == ["city": "Rome"])
            request.constraint = .jsonSchema(["type": "object", "required": ["country"]])
            let refused = request
            let error = await #expect(throws: LLMError.self) { try await model.generate(refused).response() }
            #expect(error?.code == .unusableAnswer)
        }
    }

    @Test("A server and its models are asked whether they are ready", arguments: Self.wires)
    func health(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, _ in
            try await KServeTextModel.open("text", url: url, environment: [:]).checkHealth()
            let missing = try KServeTextModel.open("missing", url: url, environment: [:])
            let error = await #expect(throws: LLMError.self) { try await missing.checkHealth() }
            #expect(error?.code == .unavailable && error?.message.contains("'missing'") == true)
        }
    }

    @Test("Neither a key that the server quotes nor a password in its URL is in a message", arguments: Self.wires)
    func secrets(wire: FakeTriton.Wire) async throws {
        try await FakeTriton.serve(wire) { url, _ in
            let withPassword = url.replacing("://", with: "://me:hidden@")
            // The server repeats the name of a model that it does not have.
            let client = try KServeClient(withPassword, key: try APIKey("sk-secret-1"))
            let error = await #expect(throws: LLMError.self) { try await client.metadata(of: "sk-secret-1") }
            #expect(error?.code == .unknownModel && error?.message.contains("[key]") == true)
            #expect("\(error as Any)".contains("sk-secret-1") == false && error?.message.contains("hidden") == false)
            #expect(error?.message.contains(url) == true)
        }
        let error = #expect(throws: LLMError.self) { try KServeClient("grpc://me:hidden@host/path") }
        #expect(error?.message.contains("grpc://host/path") == true && error?.message.contains("hidden") == false)
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
