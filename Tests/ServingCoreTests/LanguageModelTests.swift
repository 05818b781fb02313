// SPDX-License-Identifier: Apache-2.0

import KServeProtocol
import LLMCore
import OpenAutoGLMTesting
import ServingCore
import Testing

@Suite("Language models behind tensors")
struct LanguageModelTests {
    private static func withModel(
        _ model: ScriptedModel, _ body: @escaping @Sendable (ModelRepository) async throws -> Void
    ) async throws {
        let folder = RepositoryFolder()
        try await Models.withRepository(folder) { repository in
            let configuration = try LanguageModelBackend.configuration(named: "text")
            let backend = LanguageModelBackend { _ in model }
            repository.add(
                try await backend.load(ModelSource(configuration: configuration, version: 1, folder: "")),
                configuration: configuration)
            try await body(repository)
        }
    }

    private static func request(_ stream: Bool, _ options: String? = nil) throws -> InferenceRequest {
        var inputs = [
            try KServeTensor("text_input", shape: [1], strings: ["Hi"]),
            try KServeTensor("stream", shape: [1], values: [stream]),
        ]
        if let options { inputs.append(try KServeTensor("sampling_parameters", shape: [1], strings: [options])) }
        return InferenceRequest(model: "text", inputs: inputs)
    }

    @Test("An answer comes whole or in pieces", arguments: [true, false])
    func answers(isStreamed: Bool) async throws {
        let model = ScriptedModel(replies: ["Hello to you"])
        try await Self.withModel(model) { repository in
            var (text, reasons, count) = ("", [String](), 0)
            for try await answer in try repository.start(try Self.request(isStreamed)).responses {
                text += try answer.outputs[0].strings().joined()
                reasons += try answer.outputs[1].strings()
                count += 1
            }
            #expect(text == "Hello to you")
            #expect(reasons.last == "stop")
            #expect(isStreamed ? count > 1 : count == 1)
            let figures = try repository.model(named: "text").statistics.snapshot
            #expect(figures.success.count == 1)
            #expect(figures.responses.count == count)
        }
    }

    @Test("Options reach the model, and unknown ones are refused")
    func options() async throws {
        let model = ScriptedModel(replies: ["fine"])
        try await Self.withModel(model) { repository in
            for options in ["[]", "{", #"{"max_tokns":1}"#, #"{"max_tokens":"many"}"#, #"{"stop":[1]}"#] {
                await #expect(throws: ServingError.self) {
                    try await repository.start(try Self.request(false, options)).stream { _ in }
                }
            }
            try await repository.start(try Self.request(false, #"{"max_tokens":5,"temperature":0.5,"stop":"x"}"#))
                .stream { _ in }
            #expect(model.requests.last?.maxTokens == 5)
            #expect(model.requests.last?.sampling.temperature == 0.5)
            #expect(model.requests.last?.stop == ["x"])
        }
    }

    @Test("A model that answers any number of times is not asked for one answer")
    func decoupled() async throws {
        try await Self.withModel(ScriptedModel(replies: ["fine"])) { repository in
            let error = await #expect(throws: ServingError.self) { try await repository.infer(try Self.request(false)) }
            #expect(error?.code == .unsupported)
        }
    }
}
