// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OrderedCollections
import PipelineSteps
import RunStorage
import Testing

@Suite("Finding texts by their meaning")
struct RetrieveStepTests {
    let folder: TestFolder
    let steps: StepRunning

    init() throws {
        self.folder = try TestFolder()
        self.steps = StepRunning(storage: self.folder)
    }

    static let texts: JSONValue = [
        ["id": "1", "text": "aaab", "metadata": ["kind": "x", "year": 1]],
        ["id": "2", "text": "bbba", "metadata": ["kind": "y"]],
        ["id": "3", "text": "kkk", "metadata": ["kind": "x"]],
    ]

    func index(_ texts: JSONValue) async throws -> [String: JSONValue] {
        try await self.steps.run("index", ["collection": "c", "texts": texts])
    }

    func find(_ query: String, _ more: JSONValue = [:]) async throws -> [JSONValue] {
        var inputs = more.objectValue ?? [:]
        inputs["collection"] = "c"
        inputs["query"] = .string(query)
        return try await self.steps.run("retrieve", .object(inputs))["matches"]?.arrayValue ?? []
    }

    @Test("The nearest texts are found first, with their cosine")
    func nearest() async throws {
        #expect(try await self.index(Self.texts) == ["embedded": 3, "total": 3])
        let found = try await self.find("aab", ["count": 2])
        #expect(found.map { $0["id"] } == ["1", "2"])
        let score = try #require(found[0]["score"]?.numberValue)
        #expect(abs(score - 7 / (10.0 * 5).squareRoot()) < 1e-6)
        #expect(found[0]["metadata"] == ["kind": "x", "year": 1])
        #expect(try await self.find("k", ["count": 1])[0]["id"] == "3")
    }

    @Test("Only what fits the filter is found")
    func filter() async throws {
        _ = try await self.index(Self.texts)
        #expect(try await self.find("b", ["filter": ["kind": "x"]]).map { $0["id"] } == ["1", "3"])
        #expect(try await self.find("b", ["filter": ["kind": "x", "year": 2]]).isEmpty)
    }

    @Test("Unchanged texts are not embedded again, and changed ones take the place of the old")
    func upsert() async throws {
        _ = try await self.index(Self.texts)
        #expect(try await self.index(Self.texts) == ["embedded": 0, "total": 3])
        #expect(self.steps.embedder.embedded == 3)
        #expect(try await self.index([["id": "3", "text": "ccc"], "aaab", "ccc"]) == ["embedded": 1, "total": 5])
        #expect(try await self.find("k", ["count": 1])[0]["score"]?.numberValue == 0)
        #expect(try await self.find("c", ["count": 2]).map { $0["text"] } == ["ccc", "ccc"])
    }

    @Test("A collection of another model is an error, not nonsense")
    func otherModel() async throws {
        _ = try await self.index(Self.texts)
        let store = VectorStore(try StorageFile(path: self.folder.path + "/vectors.sqlite"))
        await #expect(throws: StorageError.self) {
            try await store.search("a", in: "c", count: 1, model: LetterModel(name: "other", letters: "ab"))
        }
        #expect(
            try await store.index([VectorItem(id: "9", text: "aaab")], in: "c", model: LetterModel(name: "other"))
                .embedded == 1)
    }

    @Test("Scores agree with those computed plainly, and the order is that of the scores")
    func exact() async throws {
        let letters = Array("abcdefghijk")
        var random = UInt64(7)
        let texts = (0..<200).map { _ in
            String(
                (0..<12).map { _ -> Character in
                    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return letters[Int(random >> 33) % letters.count]
                })
        }
        _ = try await self.index(.array(texts.map { .string($0) }))
        let found = try await self.find(texts[0], ["count": 50])
        let vectors = try await self.steps.embedder.embed([texts[0]] + found.map { $0["text"]?.stringValue ?? "" })
        func cosine(_ a: [Float], _ b: [Float]) -> Float {
            zip(a, b).map(*).reduce(0, +)
                / (a.map { $0 * $0 }.reduce(0, +) * b.map { $0 * $0 }.reduce(0, +)).squareRoot()
        }
        let scores = found.compactMap { $0["score"]?.numberValue }
        #expect(scores == scores.sorted(by: >) && scores.count == 50)
        for (score, vector) in zip(scores, vectors.dropFirst()) {
            #expect(abs(Float(score) - cosine(vectors[0], vector)) < 1e-5)
        }
    }
}
