// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeModels
import KServeProtocol
import LLMCore
import OpenAutoGLMTesting
import Synchronization
import Testing

/// Checks against Triton itself, which scripts/check-triton.sh starts with the models in scripts/triton-models.
@Suite("RealTriton", .enabled(if: ProcessInfo.processInfo.environment["AUTOGLM_TRITON_HTTP"] != nil))
struct RealTritonTests {
    /// A way to talk with the server.
    struct Wire: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var variable: String
        var form = KServeTensorForm.binary

        func client() throws -> KServeClient {
            try KServeClient(ProcessInfo.processInfo.environment[self.variable] ?? "", tensorForm: self.form)
        }
    }

    static let http = Wire(testDescription: "HTTP", variable: "AUTOGLM_TRITON_HTTP")
    static let json = Wire(testDescription: "HTTP with JSON", variable: "AUTOGLM_TRITON_HTTP", form: .json)
    static let grpc = Wire(testDescription: "gRPC", variable: "AUTOGLM_TRITON_GRPC")

    @Test("Triton describes itself", arguments: [Self.http, Self.grpc])
    func descriptions(wire: Wire) async throws {
        let client = try wire.client()
        #expect(try await client.isLive())
        #expect(try await client.isReady())
        #expect(try await client.isReady("add_sub"))
        #expect(try await !client.isReady("nothing"))
        #expect(try await client.metadata().name == "triton")
        #expect(try await client.metadata(of: "add_sub").inputs.map(\.name) == ["INPUT0", "INPUT1"])
        let configuration = try await client.configuration(of: "text")
        #expect(configuration.isDecoupled && configuration.backend == "python")
        #expect(try await client.configuration(of: "plain").maximumBatchSize == 8)
        let error = await #expect(throws: LLMError.self) { try await client.metadata(of: "nothing") }
        #expect(error?.code == .unknownModel)
    }

    @Test("Tensors are computed with", arguments: [Self.http, Self.json, Self.grpc])
    func tensors(wire: Wire) async throws {
        let client = try wire.client()
        for values in [[], [0.1], [1, 2, 3, -4]] as [[Float]] {
            let inputs = [
                try KServeTensor("INPUT0", shape: [values.count], values: values),
                try KServeTensor("INPUT1", shape: [values.count], values: values.map { $0 * 2 }),
            ]
            var request = KServeRequest(KServeModelName("add_sub", version: "1"), inputs: inputs)
            request.id = "x"
            let answer = try await client.infer(request)
            #expect(try answer["OUTPUT0"]?.values() == values.map { $0 + $0 * 2 } && answer.id == "x")
            #expect(try answer["OUTPUT1"]?.values() == values.map { $0 - $0 * 2 })
            request.outputs = ["OUTPUT1"]
            #expect(try await client.infer(request).outputs.map(\.name) == ["OUTPUT1"])
        }
        let statistics = try #require(try await client.statistics(of: "add_sub").first)
        #expect(statistics.inferenceCount >= 6 && statistics.successes.count >= 6)
        let wrong = try KServeTensor("INPUT0", shape: [1], values: [Int32(1)])
        let error = await #expect(throws: LLMError.self) {
            try await client.infer(KServeRequest("add_sub", inputs: [wrong, wrong]))
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test("The adapter conforms", arguments: [Self.http, Self.grpc])
    func conformance(wire: Wire) async throws {
        let model = KServeTextModel("text", client: try wire.client())
        #expect(await ModelAdapterConformance(model).failures() == [])
    }

    @Test("Texts are generated", arguments: [Self.http, Self.grpc])
    func texts(wire: Wire) async throws {
        let model = KServeTextModel("text", client: try wire.client())
        let pieces = Mutex<[String]>([])
        let response = try await model.generate(
            GenerationRequest(prompt: .raw("one two three"), sampling: .greedy, maxTokens: 2)
        ).response { piece in pieces.withLock { $0.append(piece) } }
        #expect(pieces.withLock { $0 } == ["one", " two"] && response.summary.finishReason == .length)
        #expect(response.summary.usage == TokenUsage(promptTokens: 3, completionTokens: 2))
        for prompt in ["a b break", "fail"] {
            let error = await #expect(throws: LLMError.self) {
                try await model.generate(GenerationRequest(prompt: .raw(prompt))).response()
            }
            #expect(
                [.backendFailed, .invalidRequest].contains(error?.code) && error?.message.contains("the model") == true)
        }
    }

    @Test("A model that answers once answers", arguments: [Self.http, Self.json, Self.grpc])
    func plain(wire: Wire) async throws {
        let model = KServeTextModel("plain", client: try wire.client())
        let request = GenerationRequest(prompt: "grüße", sampling: model.defaultSampling)
        #expect(try await model.generate(request).response().text == "GRÜSSE")
    }

    @Test("Texts are embedded", arguments: [Self.http, Self.json, Self.grpc])
    func embeds(wire: Wire) async throws {
        var signature = KServeTextSignature()
        signature.embeddingOutput = "vector"
        let model = KServeTextModel("embed", client: try wire.client(), signature: signature)
        #expect(try await model.embed(["a", "bcd", "eee"]) == [[1, 1, 0.5], [3, 0, 0.5], [3, 3, 0.5]])
    }
}
