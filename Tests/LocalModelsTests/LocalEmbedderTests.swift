// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import LocalModels
import Testing

@Suite("An encoder as a model adapter")
struct LocalEmbedderTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "TransformerRuntimeTests/Fixtures/Encoders").path
    private static let writers = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        .path

    @Test("It is found by its name, embeds, and counts tokens")
    func embeds() async throws {
        let model = try LocalEmbedder("BERT", locator: ModelLocator(folder: Self.fixtures))
        #expect(model.name == "BERT" && model.capabilities == .embeddings && model.dimensions == 64)
        let vectors = try await model.embed(["the cat", "the mat"])
        #expect(vectors.count == 2 && vectors[0] != vectors[1])
        #expect(try await model.tokenCount(.raw("")) == 2)
    }

    @Test("It generates nothing, and says so")
    func generates() async throws {
        let model = try LocalEmbedder("\(Self.fixtures)/bert")
        let error = await #expect(throws: LLMError.self) {
            _ = try await model.generate(GenerationRequest(prompt: .raw("the cat")))
        }
        #expect(error?.code == .unsupported && error?.message.contains("encoder") == true)
        await #expect(throws: LLMError.self) { try await model.tokenCount("a conversation") }
    }

    @Test(
        "Encoders are told apart from models that write by their settings alone",
        arguments: [
            ("BERT", true), ("\(Self.fixtures)/nomic-bert", true), ("\(Self.writers)/tiny-llama", false),
            ("bret", false),
        ])
    func isEncoder(name: String, isOne: Bool) {
        #expect(ModelLocator(folder: Self.fixtures).isEncoder(name) == isOne)
    }

    @Test("An unknown name is an error that names the nearest encoder; an unknown prompt one of the request")
    func unknown() async throws {
        let locator = ModelLocator(folder: Self.fixtures)
        let error = #expect(throws: LLMError.self) { _ = try LocalEmbedder("bret", locator: locator) }
        #expect(error?.code == .unknownModel && error?.message.contains("'bert'") == true)
        let model = try LocalEmbedder("xlm-roberta", locator: locator)
        let prompt = await #expect(throws: LLMError.self) { try await model.embeddings(of: ["a"], promptName: "qery") }
        #expect(prompt?.code == .invalidRequest)
    }
}
