// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import ModelGateway
import Testing

@Suite("Gateway over local models")
struct LocalGatewayTests {
    /// A model of a few thousand weights.
    private static let tiny = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "LocalModelsTests/Fixtures/tiny-llama").path()

    private func request(_ caller: String) -> GenerationRequest {
        var request = GenerationRequest(prompt: .raw("Hello"), sampling: .greedy, maxTokens: 4)
        request.scheduling.client = caller
        request.tags = ["test"]
        return request
    }

    @Test("Models of a file answer, through everything around them, and are accounted for once")
    func answers() async throws {
        let gateway = try Gateway(
            configuration: GatewayConfiguration(
                yaml: """
                    models:
                      tiny: "\(Self.tiny)"
                      priced: {backend: local, model: "\(Self.tiny)", prices: {completion: 1000000}, concurrency: {limit: 1}}
                      all:
                        fallbacks: [pool]
                        retries: {attempts: 2}
                        timeouts: {first_token: 1m, total: 1m}
                        cache: {lifetime: 1h}
                        guardrails: {injection: block, secrets: {input: redact, output: redact}}
                      pool: {replicas: [tiny, priced], balancing: weighted, circuit_breaker: {}, hedge: {after: 1m}}
                    """))
        let direct = try await gateway.model(named: "tiny").generate(self.request("a")).response()
        let all = try gateway.model(named: "all")
        for caller in ["b", "c"] {
            #expect(try await all.generate(self.request(caller)).response().text == direct.text)
        }
        _ = try await gateway.model(named: "priced").generate(self.request("d")).response()
        let accounts = gateway.usage.accounts
        #expect(accounts[.init(model: "tiny", caller: "a")]?.completionTokens == 4)
        #expect(accounts[.init(model: "priced", caller: "d")]?.cost == 4)
        // The answer to c came from the cache.
        #expect(gateway.usage.tags["test"]?.requests == 3)
        #expect(accounts.keys.contains { $0.caller == "b" })
        #expect(!accounts.keys.contains { $0.caller == "c" })
    }

    @Test("An encoder of a file embeds, is accounted for, and writes nothing")
    func encoder() async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "TransformerRuntimeTests/Fixtures/Encoders/bert").path()
        let gateway = try Gateway(
            configuration: GatewayConfiguration(yaml: "models: {vectors: {backend: local, model: \"\(folder)\"}}"))
        let model = try gateway.model(named: "vectors")
        #expect(model.capabilities == .embeddings)
        #expect(try await model.embed(["the cat", "the mat"]).map(\.count) == [64, 64])
        #expect(gateway.usage.accounts.values.contains { $0.promptTokens > 0 })
        await #expect(throws: LLMError.self) { _ = try await model.generate(self.request("a")) }
    }

    @Test("A cache in a file answers after the program has ended")
    func storedAnswers() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let configuration = try GatewayConfiguration(
            yaml: """
                models:
                  tiny: {backend: local, model: "\(Self.tiny)", cache: {path: "\(folder.path())answers.sqlite"}}
                """)
        var texts: Set<String> = []
        for expected in [1, 0] {
            let gateway = try Gateway(configuration: configuration)
            texts.insert(try await gateway.model(named: "tiny").generate(self.request("a")).response().text)
            #expect(gateway.usage.accounts.count == expected)
        }
        #expect(texts.count == 1)
    }

    @Test("A model that cannot be opened is an error when the gateway is made")
    func missingModel() throws {
        let configuration = try GatewayConfiguration(yaml: "models: {a: ./no-such-model.gguf}")
        #expect(throws: LLMError.self) { try Gateway(configuration: configuration) }
    }
}
