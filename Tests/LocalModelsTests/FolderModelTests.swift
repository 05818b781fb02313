// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import LocalModels
import Testing

@Suite("Models in Hugging Face folders")
struct FolderModelTests {
    /// What transformers answers.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var prompt: String
        var ids: [Int]
        var answer: [Int]
        var testDescription: String { self.prompt }
    }

    static let fixture = "\(Bundle.module.resourcePath ?? "")/Fixtures/tiny-llama"

    static let cases: [Case] =
        (try? JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: URL(filePath: Self.fixture + "/expected.json")))) ?? []

    /// Opens the fixture, with some of its files replaced or, where the text is nil, removed.
    private static func model(_ changes: [String: String?] = [:]) throws -> LocalModel {
        let folder = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.fixture) where !changes.keys.contains(name)
        {
            try FileManager.default.copyItem(atPath: "\(Self.fixture)/\(name)", toPath: "\(folder.path)/\(name)")
        }
        for case (let name, let text?) in changes {
            let file = URL(filePath: "\(folder.path)/\(name)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        var options = EngineConfiguration()
        options.threads = 1
        return try LocalModel(folder.path, configuration: options)
    }

    @Test("prompt and greedy answer are transformers', token for token", arguments: cases)
    func answers(_ expected: Case) async throws {
        let model = try Self.model()
        let prompt = GenerationPrompt.user(expected.prompt)
        #expect(try await model.tokenCount(prompt) == expected.ids.count)
        let request = GenerationRequest(prompt: prompt, sampling: .greedy, maxTokens: expected.answer.count)
        #expect(try await model.generate(request).response().tokenIDs == expected.answer)
    }

    @Test("there are cases, and the model says what it can do")
    func describes() throws {
        #expect(Self.cases.count == 4)
        #expect(try Self.model().capabilities.contains([.chat, .rawPrompts]))
        #expect(try !Self.model(["chat_template.jinja": nil]).capabilities.contains(.chat))
    }

    static let templates: [(what: String, files: [String: String?], length: Int?)] = [
        ("a Jinja file", ["chat_template.jinja": "ab"], 2),
        (
            "a Jinja file before all others",
            ["chat_template.jinja": "ab", "tokenizer_config.json": #"{"chat_template":"abc"}"#], 2
        ),
        ("a JSON file", ["chat_template.jinja": nil, "chat_template.json": #"{"chat_template":"abc"}"#], 3),
        ("the settings", ["chat_template.jinja": nil, "tokenizer_config.json": #"{"chat_template":"abcd"}"#], 4),
        (
            "a list of names",
            [
                "chat_template.jinja": nil,
                "tokenizer_config.json":
                    #"{"chat_template":[{"name":"tool_use","template":"a"},{"name":"default","template":"ab"}]}"#,
            ], 2
        ),
        ("a folder", ["chat_template.jinja": nil, "additional_chat_templates/default.jinja": "abcde"], 5),
        (
            "only names for special uses",
            [
                "chat_template.jinja": nil,
                "tokenizer_config.json":
                    #"{"chat_template":[{"name":"rag","template":"a"},{"name":"tools","template":"b"}]}"#,
            ], nil
        ),
        ("a number", ["chat_template.jinja": nil, "tokenizer_config.json": #"{"chat_template":1}"#], nil),
    ]

    @Test("chat templates are found in every place where models keep them", arguments: templates.indices)
    func findsTemplates(_ index: Int) async throws {
        let (what, files, length) = Self.templates[index]
        guard let length else {
            let error = #expect(throws: (any Error).self, "\(what)") { try Self.model(files) }
            #expect(error is any CodedError, "\(what)")
            return
        }
        // The token that begins texts is put in front of what the template gives.
        #expect(try await Self.model(files).tokenCount(.user("?")) == length + 1, "\(what)")
    }

    static let samplings: [(what: String, file: String?, expected: SamplingOptions?)] = [
        ("none", nil, SamplingOptions()),
        (
            "all", #"{"do_sample":true,"temperature":0.6,"top_p":0.9,"top_k":20,"repetition_penalty":1.1}"#,
            SamplingOptions(temperature: 0.6, topK: 20, topP: 0.9, repetitionPenalty: 1.1)
        ),
        ("no sampling", #"{"do_sample":false,"temperature":0.6}"#, SamplingOptions(temperature: 0)),
        ("top_k of 0", #"{"top_k":0,"min_p":0.1}"#, SamplingOptions(minP: 0.1)),
        ("nulls", #"{"temperature":null,"eos_token_id":2}"#, SamplingOptions()),
        ("what cannot be", #"{"top_p":7}"#, nil),
    ]

    @Test("the makers' sampling is the default", arguments: samplings.indices)
    func findsSampling(_ index: Int) throws {
        let (what, file, expected) = Self.samplings[index]
        let files: [String: String?] = ["generation_config.json": file]
        if let expected {
            #expect(try Self.model(files).defaultSampling == expected, "\(what)")
        } else {
            #expect(throws: LLMError.self, "\(what)") { try Self.model(files) }
        }
    }

    @Test("a generation ends after every token that generation_config.json names")
    func endsGeneration() async throws {
        // The first answer's third token ends it now, the model's own end tokens notwithstanding.
        let first = try #require(Self.cases.first)
        let model = try Self.model(["generation_config.json": #"{"eos_token_id":[2,\#(first.answer[2])]}"#])
        let response = try await model.generate(
            GenerationRequest(prompt: .user(first.prompt), sampling: .greedy, maxTokens: 12)
        ).response()
        #expect(response.summary.finishReason == .stop)
        #expect(response.tokenIDs.prefix(2) == first.answer.prefix(2))
    }

    static let refused: [(what: String, files: [String: String?], mention: String)] = [
        ("no settings", ["config.json": nil], "config.json"),
        ("no tokenizer", ["tokenizer.json": nil], "no 'tokenizer.json'"),
        ("an unknown architecture", ["config.json": #"{"model_type":"mamba"}"#], "mamba"),
        ("a missing part", ["model-00002-of-00004.safetensors": nil], "model-00002-of-00004.safetensors"),
        ("an unsupported tokenizer", ["tokenizer.json": #"{"model":{"type":"Magic","vocab":{}}}"#], "Magic"),
    ]

    @Test("what cannot run is refused by name when it is opened", arguments: refused.indices)
    func refuses(_ index: Int) {
        let (what, files, mention) = Self.refused[index]
        let error = #expect(throws: (any Error).self, "\(what)") { try Self.model(files) } as? any CodedError
        #expect(error?.description.contains(mention) == true, "\(what): \(error?.description ?? "")")
    }
}
