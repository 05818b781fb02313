// SPDX-License-Identifier: Apache-2.0

import Foundation
import InferenceEngine
import LLMCore
import Testing

@Suite("Embeddings")
struct EmbeddingEngineTests {
    @Test(
        "Embeddings are those of sentence-transformers: tokens, limit, prompts, pooling, layers",
        arguments: ["bert", "xlm-roberta", "nomic-bert"])
    func tinyModels(name: String) async throws {
        let engine = try EmbeddingEngine(path: EncoderFolder.tiny(name).path)
        let cases = try EncoderFolder.tinyCases(name)
        #expect(cases.count >= 6)
        for one in cases {
            let found = try await engine.embed([one.text], promptName: one.prompt)[0]
            #expect(found.vector.count == engine.dimensions)
            #expect(found.tokenCount == one.tokens?.count)
            #expect(largestDifference(found.vector, one.embedding) <= 1e-4, "\(one.text)")
        }
    }

    @Test("With real weights, embeddings agree with sentence-transformers")
    func realModel() async throws {
        let engine = try EmbeddingEngine(path: EncoderFolder.fetched())
        let cases = try EncoderFolder.fetchedCases()
        #expect(cases.count == 20 && engine.dimensions == 384 && engine.tokenLimit == 256)
        let found = try await engine.embed(cases.map(\.text))
        for (embedding, one) in zip(found, cases) {
            #expect(largestDifference(embedding.vector, one.embedding) <= 1e-4, "\(one.text)")
        }
        #expect(found.filter(\.isTruncated).count == 1)
    }

    private static let onlyPooling = """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        """

    @Test(
        "Every pooling is that of sentence-transformers, under its old name and its new one",
        arguments: PoolingMode.allCases)
    func poolings(mode: PoolingMode) async throws {
        let one = try #require(try EncoderFolder.tinyCases("bert").first { $0.poolings != nil })
        let flags: [PoolingMode: String] = [
            .cls: "cls_token", .max: "max_tokens", .mean: "mean_tokens", .meanSquareRoot: "mean_sqrt_len_tokens",
            .weightedMean: "weightedmean_tokens", .lastToken: "lasttoken",
        ]
        for settings in [
            "{\"pooling_mode\": \"\(mode.rawValue)\"}", "{\"pooling_mode_\(flags[mode] ?? "")\": true}",
            "{\"pooling_mode\": [\"\(mode.rawValue)\"]}",
        ] {
            let files = ["modules.json": Self.onlyPooling, "1_Pooling/config.json": settings]
            let found = try await EncoderFolder.changed("bert", files) {
                try await EmbeddingEngine(path: $0).embed([one.text])[0]
            }
            #expect(largestDifference(found.vector, one.poolings?[mode.rawValue] ?? []) <= 1e-4)
        }
    }

    @Test("Several poolings stand one after the other")
    func severalPoolings() async throws {
        let one = try #require(try EncoderFolder.tinyCases("bert").first { $0.poolings != nil })
        let files = [
            "modules.json": Self.onlyPooling, "1_Pooling/config.json": "{\"pooling_mode\": [\"max\", \"cls\"]}",
        ]
        let found = try await EncoderFolder.changed("bert", files) {
            try await EmbeddingEngine(path: $0).embed([one.text])[0]
        }
        let expected = ["max", "cls"].flatMap { one.poolings?[$0] ?? [] }
        #expect(largestDifference(found.vector, expected) <= 1e-4)
    }

    @Test("A folder without modules averages and does not normalise")
    func plainFolder() async throws {
        let one = try #require(try EncoderFolder.tinyCases("bert").first { $0.poolings != nil })
        let found = try await EncoderFolder.changed("bert", ["modules.json": "[]"]) {
            try await EmbeddingEngine(path: $0).embed([one.text])[0]
        }
        #expect(largestDifference(found.vector, one.poolings?["mean"] ?? []) <= 1e-4)
    }

    @Test("Many texts, in one call or in several at once, have the embeddings they have alone")
    func manyTexts() async throws {
        let engine = try EmbeddingEngine(path: EncoderFolder.tiny("bert").path)
        let texts = (0..<300).map { "cat " + String(repeating: "mat ", count: $0 % 37) + "\($0)" }
        let together = try await engine.embed(texts)
        #expect(together.count == texts.count)
        let alone = try await withThrowingTaskGroup(of: (Int, TextEmbedding).self) { group in
            for (index, text) in texts.enumerated() { group.addTask { (index, try await engine.embed([text])[0]) } }
            return try await group.reduce(into: together) { $0[$1.0] = $1.1 }
        }
        let same = together == alone
        #expect(same)
        #expect(try await engine.embed([]).isEmpty)
    }

    @Test("What is cancelled ends with CancellationError, and the engine goes on")
    func cancellation() async throws {
        let engine = try EmbeddingEngine(path: EncoderFolder.tiny("bert").path)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await engine.embed(["cat", "mat"])
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await engine.embed(["cat"]).count == 1)
    }

    @Test(
        "An unknown prompt is an error that names those there are",
        arguments: [("xlm-roberta", "qery", "'query'"), ("bert", "title", "prompt 'title'")])
    func unknownPrompt(name: String, prompt: String, says: String) async throws {
        let engine = try EmbeddingEngine(path: EncoderFolder.tiny(name).path)
        let error = await #expect(throws: EngineError.self) { try await engine.embed(["cat"], promptName: prompt) }
        #expect(error?.code == .unknownPrompt && error?.message.contains(says) == true, "\(error?.message ?? "")")
    }

    @Test("Too many calls at once are refused")
    func queueFull() async throws {
        var configuration = EngineConfiguration(threads: 1, maximumSequences: 1, maximumQueuedRequests: 0)
        configuration.prefixCache = false
        let engine = try EmbeddingEngine(path: EncoderFolder.tiny("bert").path, configuration: configuration)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    do {
                        return try await engine.embed(Array(repeating: "cat sat on the mat", count: 64)).count == 64
                    } catch {
                        return (error as? EngineError)?.code == .queueFull
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(!outcomes.contains(false))
        #expect(try await engine.embed(["cat"]).count == 1)
    }

    @Test(
        "What a folder asks for and is not known is refused by name",
        arguments: [
            ("bert", "modules.json", "{}", "must be a JSON array"),
            ("bert", "modules.json", "[{\"path\": \"\", \"type\": \"a.b.WordWeights\"}]", "'a.b.WordWeights'"),
            ("bert", "1_Pooling/config.json", "{\"pooling_mode\": \"men\"}", "'mean'"),
            ("bert", "1_Pooling/config.json", "{\"pooling_mode\": []}", "names no pooling"),
            ("bert", "1_Pooling/config.json", "[]", "1_Pooling/config.json"),
            ("bert", "sentence_bert_config.json", "{\"max_seq_length\": 2}", "2 are special"),
            ("bert", "config.json", "{\"model_type\": \"llama\"}", "open an encoder"),
            ("bert", "config.json", "{}", "open an encoder"),
            ("xlm-roberta", "2_Dense/config.json", "{\"activation_function\": \"torch.nn.Mish\"}", "torch.nn.Mish"),
            ("xlm-roberta", "2_Dense/config.json", "{\"use_residual\": true}", "'use_residual'"),
            ("xlm-roberta", "2_Dense/model.safetensors", "{}", "model.safetensors"),
            ("xlm-roberta", "1_Pooling/config.json", "{\"pooling_mode\": [\"cls\", \"max\"]}", "takes 64 values"),
            ("bert", "modules.json", "[{\"path\": \"../x\", \"type\": \"Transformer\"}]", "out of the folder"),
        ])
    func refusals(name: String, file: String, text: String, says: String) async throws {
        try await EncoderFolder.changed(name, [file: text]) { path in
            do {
                _ = try EmbeddingEngine(path: path)
                Issue.record("opened")
            } catch let error as any CodedError {
                #expect(error.message.contains(says), "\(error.message)")
            }
        }
    }
}
