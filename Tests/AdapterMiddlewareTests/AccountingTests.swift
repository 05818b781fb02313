// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("Accounting")
struct AccountingTests {
    private let ledger = UsageLedger()

    private func request(_ caller: String = "", tags: [String] = []) -> GenerationRequest {
        var request = GenerationRequest(prompt: "Hi")
        request.scheduling.client = caller
        request.tags = tags
        return request
    }

    private func accounted(_ inner: some ModelAdapter) -> any ModelAdapter {
        let prices = TokenPrices(prompt: 1, cachedPrompt: 0.5, completion: 4)
        return inner.wrapped(in: [Accounting(self.ledger, model: "m", prices: prices)])
    }

    @Test("Tokens and cost are added up by caller and by tag")
    func totals() async throws {
        let model = self.accounted(PieceModel(.whole(["a", "b"]), .whole(["c"]), .whole(["d"])))
        for (caller, tags) in [("ann", ["x", "y", "x"]), ("ann", ["x"]), ("bob", [])] {
            _ = try await model.generate(self.request(caller, tags: tags)).response()
        }
        let ann = try #require(self.ledger.accounts[.init(model: "m", caller: "ann")])
        #expect(ann.requests == 2)
        #expect(ann.promptTokens == 20)
        #expect(ann.completionTokens == 3)
        #expect(abs(ann.cost - 32e-6) < 1e-12)
        #expect(self.ledger.accounts[.init(model: "m", caller: "bob")]?.completionTokens == 1)
        #expect(self.ledger.tags["x"]?.requests == 2)
        #expect(self.ledger.tags["y"]?.requests == 1)
    }

    @Test("Cached tokens have a price of their own, and foreign numbers make no negative cost")
    func prices() {
        let prices = TokenPrices(prompt: 2, cachedPrompt: 1, completion: 10)
        #expect(
            prices.cost(of: .init(promptTokens: 1_000_000, completionTokens: 0, cachedPromptTokens: 500_000)) == 1.5)
        #expect(prices.cost(of: .init(promptTokens: -5, completionTokens: -5, cachedPromptTokens: 7)) == 0)
    }

    @Test("An answer that is dropped or breaks off counts with what came")
    func incomplete() async throws {
        let model = self.accounted(PieceModel(.stuck(["a", "b", "c"]), .events([.text(TextDelta(text: "a"))])))
        for try await _ in try await model.generate(self.request()) { break }
        await #expect(throws: LLMError.self) { try await model.generate(self.request()).response() }
        let total = try #require(self.ledger.accounts[.init(model: "m", caller: "")])
        #expect(total.requests == 2)
        #expect(total.partial == 2)
        #expect(total.completionTokens == 2)
    }

    @Test("A request that fails at once counts as failed")
    func failed() async throws {
        let model = self.accounted(ScriptedModel(replies: [.failure(LLMError(.unavailable, "Gone."))]))
        await #expect(throws: LLMError.self) { try await model.generate(self.request()) }
        #expect(self.ledger.accounts[.init(model: "m", caller: "")]?.failed == 1)
    }

    @Test("Scores and embeddings count with the tokens that the backend reports")
    func measured() async throws {
        let model = self.accounted(ReportingModel(tokens: 1000))
        _ = try await model.embed(["a", "b"])
        _ = try await model.score(ScoringRequest(prompt: "Hi", choices: ["a"]))
        await #expect(throws: LLMError.self) { try await model.embed([]) }
        let total = try #require(self.ledger.accounts[.init(model: "m", caller: "")])
        #expect(total.requests == 3 && total.failed == 1 && total.promptTokens == 3000)
        #expect(abs(total.cost - 3e-3) < 1e-12)
    }

    @Test("Who asks for vectors is the caller of the meter around it, the innermost that knows")
    func measuredCaller() async throws {
        let model = self.accounted(ReportingModel(tokens: 10))
        try await UsageMeter(caller: "ann").run {
            _ = try await UsageMeter().run { try await model.embed(["a"]) }
            _ = try await UsageMeter(caller: "bob").run { try await model.embed(["a"]) }
        }
        #expect(self.ledger.accounts.keys.map(\.caller).sorted() == ["ann", "bob"])
    }

    @Test("What no store took is tried again, and what it took is not taken twice")
    func stores() async throws {
        let (ledger, store) = (UsageLedger(isStored: true), FailingStore())
        let (usage, account) = (
            TokenUsage(promptTokens: 1, completionTokens: 1), UsageLedger.Account(model: "m", caller: "c")
        )
        ledger.add(usage, cost: 0, to: account)
        store.fails.withLock { $0 = true }
        await #expect(throws: LLMError.self) { try await ledger.store(in: store) }
        ledger.add(usage, cost: 0, to: account, tags: ["t"])
        store.fails.withLock { $0 = false }
        for _ in 0..<2 { try await ledger.store(in: store) }
        #expect(store.added.withLock { $0 } == [ledger.sums])
        let next = UsageLedger(isStored: true)
        try await next.restore(from: store)
        #expect(next.sums == ledger.sums)
        try await next.store(in: store)
        #expect(store.added.withLock { $0.count } == 1)
    }

    @Test("Sums are told as JSON, by model, by account and by tag; a long name is cut")
    func json() {
        let usage = TokenUsage(promptTokens: 3, completionTokens: 2, cachedPromptTokens: 1)
        self.ledger.add(usage, cost: 0.5, to: .init(model: "b", caller: "x"), tags: ["t"])
        self.ledger.add(usage, cost: 0.5, to: .init(model: "b", caller: String(repeating: "y", count: 5_000)))
        self.ledger.add(usage, cost: 0, to: .init(model: "a", caller: ""), ending: .failed)
        let json = self.ledger.sums.json
        let models = json["models"]?.arrayValue ?? []
        #expect(models.map { $0["model"] } == ["a", "b"] && models.map { $0["requests"] } == [1, 2])
        #expect(models.last?["cost"] == 1.0 && models.first?["failed"] == 1)
        let accounts = json["accounts"]?.arrayValue ?? []
        #expect(accounts.count == 3 && accounts[1]["caller"] == "x" && accounts[1]["prompt_tokens"] == 3)
        #expect(accounts[2]["caller"]?.stringValue?.count == 51)
        let tag: JSONValue = [
            "tag": "t", "requests": 1, "partial": 0, "failed": 0, "prompt_tokens": 3, "cached_prompt_tokens": 1,
            "completion_tokens": 2, "cost": 0.5,
        ]
        #expect(json["tags"] == [tag])
    }

    @Test("Meters may be nested, and sums stop at the largest number")
    func meters() async {
        let (outer, inner) = (UsageMeter(), UsageMeter())
        await outer.run {
            // A meter knows those that it was made in.
            let within = UsageMeter()
            await within.run { UsageMeter.report(TokenUsage(promptTokens: 2, completionTokens: 1)) }
            #expect(within.usage?.totalTokens == 3)
            UsageMeter.report(TokenUsage(promptTokens: .max, completionTokens: -5, cachedPromptTokens: 1))
        }
        #expect(outer.usage == TokenUsage(promptTokens: .max, completionTokens: 1, cachedPromptTokens: 1))
        #expect(outer.usage?.totalTokens == .max && inner.usage == nil)
    }

    @Test("However many callers and tags come, only so many are told apart, and no sum is lost")
    func bounded() {
        let ledger = UsageLedger(limit: 3)
        let usage = TokenUsage(promptTokens: 1, completionTokens: .max)
        for number in 0..<100 {
            ledger.add(usage, cost: 1, to: .init(model: "m", caller: "c\(number)"), tags: ["a\(number)", "b\(number)"])
        }
        #expect(ledger.accounts.count == 4)
        #expect(ledger.tags.count == 4)
        #expect(ledger.accounts.values.map(\.requests).reduce(0, +) == 100)
        #expect(ledger.accounts[.init(model: "m", caller: UsageLedger.overflow)]?.completionTokens == .max)
    }
}

/// A store that may fail.
private final class FailingStore: UsageStore {
    let fails = Mutex(false)
    let added = Mutex<[UsageSums]>([])

    func sums() async throws -> UsageSums { self.added.withLock { $0.first } ?? UsageSums() }

    func add(_ sums: UsageSums) async throws {
        if self.fails.withLock({ $0 }) { throw LLMError(.unavailable, "Full.") }
        self.added.withLock { $0.append(sums) }
    }
}
