// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Response cache")
struct ResponseCacheTests {
    private let clock = HeldClock()

    private func cached(
        _ inner: some ModelAdapter, _ store: (any ResponseCacheStore)? = nil, includesRandom: Bool = false
    ) -> (model: any ModelAdapter, cache: ResponseCache) {
        let store = store ?? MemoryResponseStore(time: Timekeeper(self.clock))
        let cache = ResponseCache(store, scope: "s", lifetime: .seconds(60), includesRandom: includesRandom)
        return (inner.wrapped(in: [cache]), cache)
    }

    private func request(_ text: String = "Hi", temperature: Float = 0) -> GenerationRequest {
        GenerationRequest(prompt: .user(text), sampling: SamplingOptions(temperature: temperature))
    }

    @Test("What the model thought is stored with its answer")
    func reasoning() async throws {
        let delta = TextDelta(text: "Yes.", reasoning: "Hm.")
        let usage = TokenUsage(promptTokens: 1, completionTokens: 2)
        let events = [GenerationEvent.text(delta), .finished(GenerationSummary(finishReason: .stop, usage: usage))]
        let (model, _) = self.cached(PieceModel(.events(events)))
        for _ in 0..<2 {
            let answer = try await model.generate(self.request()).response()
            #expect(answer.text == "Yes." && answer.reasoning == "Hm.")
        }
    }

    @Test("A request that was answered before is answered alike, calls, reason and usage included")
    func replay() async throws {
        let call = ToolCall(id: "1", name: "f", arguments: ["x": 1])
        let inner = ScriptedModel(replies: [.calls([call], after: "Let me see")])
        let (model, cache) = self.cached(inner)
        let first = try await model.generate(self.request()).response()
        let second = try await model.generate(self.request()).response()
        #expect(first == second)
        #expect(second.toolCalls == [call])
        #expect(inner.requests.count == 1)
        #expect(cache.statistics.hits == 1 && cache.statistics.misses == 1)
    }

    @Test("Requests that draw at random are not looked up unless told otherwise, or seeded")
    func random() async throws {
        var seeded = self.request(temperature: 1)
        seeded.sampling.seed = 7
        for (request, includesRandom, asked) in [
            (self.request(temperature: 1), false, 2), (self.request(temperature: 1), true, 1), (seeded, false, 1),
        ] {
            let inner = ScriptedModel(replies: ["a", "b"])
            let (model, _) = self.cached(inner, includesRandom: includesRandom)
            for _ in 0..<2 { _ = try await model.generate(request).response() }
            #expect(inner.requests.count == asked)
        }
    }

    @Test("What was cut off, withheld or not read to its end is not stored")
    func incomplete() async throws {
        let inner = ScriptedModel(replies: [.cutOff(after: "Hel"), .ended("He", .contentFilter), "Hello", "Hello"])
        let (model, cache) = self.cached(inner)
        await #expect(throws: LLMError.self) { try await model.generate(self.request()).response() }
        _ = try await model.generate(self.request()).response()
        for try await _ in try await model.generate(self.request()) { break }
        #expect(try await model.generate(self.request()).response().text == "Hello")
        #expect(cache.statistics.hits == 0)
        #expect(try await model.generate(self.request()).response().text == "Hello")
        #expect(cache.statistics.hits == 1)
    }

    @Test("An answer is given no longer than its lifetime")
    func lifetime() async throws {
        let inner = ScriptedModel(replies: ["old", "new"])
        let (model, _) = self.cached(inner)
        _ = try await model.generate(self.request()).response()
        self.clock.advance(by: .seconds(59))
        #expect(try await model.generate(self.request()).response().text == "old")
        self.clock.advance(by: .seconds(1))
        #expect(try await model.generate(self.request()).response().text == "new")
    }

    @Test("A store that fails costs no answer")
    func failingStore() async throws {
        let (model, cache) = self.cached(ScriptedModel(replies: ["Hello"]), FailingStore())
        #expect(try await model.generate(self.request()).response().text == "Hello")
        #expect(cache.statistics.failures == 2)
    }

    @Test("The store in memory keeps within its bound, forgetting first what was not asked for")
    func bounded() async {
        let store = MemoryResponseStore(bytes: 20_000, time: Timekeeper(self.clock))
        var answer = GenerationResponse()
        answer.text = String(repeating: "x", count: 488)
        let keys = (0..<100).map { CacheKey(self.request("\($0)"), scope: "s") }
        var kept = 0
        for key in keys {
            await store.store(answer, for: key, lifetime: .seconds(60))
            #expect(await store.answer(for: keys[0]) != nil)
        }
        for key in keys where await store.answer(for: key) != nil { kept += 1 }
        #expect((5...20).contains(kept))
        answer.text = String(repeating: "x", count: 20_000)
        await store.store(answer, for: keys[50], lifetime: .seconds(60))
        #expect(await store.answer(for: keys[50])?.text.count != 20_000)
        // What was thought takes room, too.
        (answer.text, answer.reasoning) = ("", String(repeating: "x", count: 20_000))
        await store.store(answer, for: keys[51], lifetime: .seconds(60))
        #expect(await store.answer(for: keys[51])?.reasoning.count != 20_000)
    }

    @Test("The key does not depend on the order of members, nor on who asks")
    func stableKey() {
        func key(_ parameters: JSONValue, bias: [(Int, Float)], client: String) -> CacheKey {
            var request = self.request()
            request.tools = [ToolDefinition(name: "f", description: "", parameters: parameters)]
            for (token, value) in bias { request.sampling.logitBias[token] = value }
            request.scheduling.client = client
            request.tags = [client]
            request.isStreamed = client == "ann"
            return CacheKey(request, scope: "s")
        }
        let bias = (0..<50).map { ($0, Float($0)) }
        let first = key(["a": 1, "b": ["c": 2.0, "d": nil]], bias: bias, client: "ann")
        #expect(first == key(["b": ["d": nil, "c": 2], "a": 1], bias: bias.reversed(), client: "bob"))
        #expect(first != key(["b": ["d": nil, "c": 2], "a": 2], bias: bias, client: "ann"))
    }

    @Test("The key depends on everything else", arguments: 0..<KeyChanges.all.count)
    func keyChanges(index: Int) {
        var changed = self.request()
        KeyChanges.all[index].change(&changed)
        #expect(CacheKey(changed, scope: "s") != CacheKey(self.request(), scope: "s"))
        #expect(CacheKey(self.request(), scope: "t") != CacheKey(self.request(), scope: "s"))
    }

    @Test("Every member of a request is either in the key or known to make no difference")
    func completeKey() {
        let irrelevant = ["scheduling", "isStreamed", "tags"]
        let members = Mirror(reflecting: self.request()).children.compactMap(\.label)
        let sampling = Mirror(reflecting: SamplingOptions()).children.compactMap(\.label)
        let changed = Set(KeyChanges.all.map(\.member)).union(["sampling"])
        #expect(Set(members + sampling).subtracting(irrelevant) == changed)
    }
}

/// A change of each member of a request that must change its key.
private enum KeyChanges {
    static let all: [(member: String, change: @Sendable (inout GenerationRequest) -> Void)] = [
        ("prompt", { $0.prompt = .raw("Hi") }),
        ("prompt", { $0.prompt = .messages([Message(role: .user, content: [.image(.data([1], mediaType: "a"))])]) }),
        ("prompt", { $0.prompt = .messages([Message(role: .user, content: [.image(.data([2], mediaType: "a"))])]) }),
        ("prompt", { $0.prompt = .messages([.user("Hi"), .assistant("")]) }),
        ("maxTokens", { $0.maxTokens = 1 }), ("stop", { $0.stop = ["x"] }),
        ("topLogProbabilities", { $0.topLogProbabilities = 0 }),
        ("tools", { $0.tools = [ToolDefinition(name: "f", description: "", parameters: [:])] }),
        ("toolChoice", { $0.toolChoice = .named("none") }), ("toolChoice", { $0.toolChoice = .none }),
        ("parallelToolCalls", { $0.parallelToolCalls = false }),
        ("constraint", { $0.constraint = .choices(["a"]) }), ("constraint", { $0.constraint = .grammar("a") }),
        ("adapter", { $0.adapter = "a" }), ("overflow", { $0.overflow = .slide(keeping: 1) }),
        ("temperature", { $0.sampling.temperature = 0.1 }), ("topK", { $0.sampling.topK = 5 }),
        ("topP", { $0.sampling.topP = 0.5 }), ("minP", { $0.sampling.minP = 0.5 }),
        ("typicalP", { $0.sampling.typicalP = 0.5 }), ("xtc", { $0.sampling.xtc = .init() }),
        ("mirostat", { $0.sampling.mirostat = .init() }), ("dry", { $0.sampling.dry = .init() }),
        ("repetitionPenalty", { $0.sampling.repetitionPenalty = 2 }),
        ("presencePenalty", { $0.sampling.presencePenalty = 2 }),
        ("frequencyPenalty", { $0.sampling.frequencyPenalty = 2 }),
        ("penaltyWindow", { $0.sampling.penaltyWindow = 2 }), ("logitBias", { $0.sampling.logitBias = [1: 1] }),
        ("seed", { $0.sampling.seed = 1 }),
    ]
}

private struct FailingStore: ResponseCacheStore {
    struct Broken: Error {}

    func answer(for key: CacheKey) async throws -> GenerationResponse? { throw Broken() }
    func store(_ answer: GenerationResponse, for key: CacheKey, lifetime: Duration) async throws { throw Broken() }
}
