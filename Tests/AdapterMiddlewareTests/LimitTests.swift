// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Limits")
struct LimitTests {
    private let clock = HeldClock()
    private var time: Timekeeper { Timekeeper(self.clock) }

    private func open(_ model: some ModelAdapter) async throws -> GenerationStream {
        try await model.generate(GenerationRequest(prompt: "Hi"))
    }

    @Test("More requests than are let through wait in line, and more than may wait are refused")
    func concurrency() async throws {
        let inner = PieceModel(.whole(["first"]), .whole(["second"]))
        let limit = ConcurrencyLimit(1, queue: 1, longestWait: .seconds(5), time: self.time)
        let model = inner.wrapped(in: [limit])
        let first = try await self.open(model)
        async let second = self.open(model).response()
        while limit.queueLength < 1 { await Task.yield() }
        let error = await #expect(throws: LLMError.self) { try await self.open(model) }
        #expect(error?.code == .overloaded)
        #expect(inner.started == 1)
        #expect(try await first.response().text == "first")
        let text = try await second.text
        #expect(text == "second")
        #expect(limit.queueLength == 0)
    }

    @Test("A stream that is dropped makes room")
    func droppedStream() async throws {
        let model = PieceModel(.stuck(["a"]), .whole(["b"])).wrapped(in: [ConcurrencyLimit(1)])
        var held: GenerationStream? = try await self.open(model)
        await #expect(throws: LLMError.self) { try await self.open(model) }
        withExtendedLifetime(held) {}
        held = nil
        #expect(try await self.open(model).response().text == "b")
    }

    @Test("Who waits too long is refused and leaves the line")
    func longestWait() async throws {
        let limit = ConcurrencyLimit(1, queue: 1, longestWait: .seconds(5), time: self.time)
        let model = PieceModel(.stuck()).wrapped(in: [limit])
        let held = try await self.open(model)
        async let waiting = Result { _ = try await self.open(model) }
        await self.clock.waitForSleepers(1)
        self.clock.advance(by: .seconds(5))
        let result = await waiting
        let error = #expect(throws: LLMError.self) { try result.get() }
        #expect(error?.code == .overloaded)
        #expect(limit.queueLength == 0)
        withExtendedLifetime(held) {}
    }

    @Test("Who is cancelled leaves the line, and the place goes to the next")
    func cancelledWaiter() async throws {
        let limit = ConcurrencyLimit(1, queue: 2, longestWait: .seconds(5), time: self.time)
        let model = PieceModel(.whole(["first"]), .whole(["third"])).wrapped(in: [limit])
        let first = try await self.open(model)
        let text = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await self.open(model).response().text }
            while limit.queueLength < 1 { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
            #expect(limit.queueLength == 0)
            _ = try await first.response()
            return try await self.open(model).response().text
        }
        #expect(text == "third")
    }

    @Test("A bucket fills at its rate, lends ahead, and never holds more than its capacity")
    func bucket() {
        var bucket = TokenBucket(perMinute: 60)
        #expect(bucket.wait(for: 60, at: .zero) == .zero)
        bucket.take(60)
        #expect(bucket.wait(for: 1, at: .zero) == .seconds(1))
        bucket.take(1)
        #expect(bucket.wait(for: 1, at: .zero) == .seconds(2))
        #expect(bucket.wait(for: 1, at: .seconds(1)) == .seconds(1))
        #expect(bucket.wait(for: 60, at: .seconds(1_000)) == .zero)
        bucket.take(30)
        bucket.giveBack(1_000)
        #expect(bucket.wait(for: 60, at: .seconds(1_000)) == .zero)
        // More than the capacity waits for a full bucket, and leaves a debt.
        #expect(bucket.wait(for: 90, at: .seconds(1_000)) == .zero)
        bucket.take(90)
        #expect(bucket.wait(for: 30, at: .seconds(1_000)) == .seconds(60))
    }

    @Test("Requests beyond the rate wait, and those that would wait too long are refused with the time")
    func requestRate() async throws {
        let clock = ManualClock()
        let limit = RateLimit(requestsPerMinute: 2, longestWait: .seconds(30), time: Timekeeper(clock))
        let model = ScriptedModel(replies: ["a", "b", "c", "d"]).wrapped(in: [limit])
        for _ in 0..<3 { _ = try await self.open(model).response() }
        #expect(clock.now.offset == .seconds(30))
        let strict = RateLimit(requestsPerMinute: 1, longestWait: .seconds(30), time: Timekeeper(clock))
        let second = ScriptedModel(replies: ["a", "b"]).wrapped(in: [strict])
        _ = try await self.open(second).response()
        let error = await #expect(throws: LLMError.self) { try await self.open(second) }
        #expect(error?.code == .rateLimited)
        #expect(error?.retryAfter == .seconds(60))
    }

    @Test("What a request takes is estimated first and settled by its usage")
    func tokenRate() async throws {
        let limit = RateLimit(tokensPerMinute: 120, longestWait: .zero, time: self.time)
        let model = PieceModel(.whole(["a"]), .whole(["b"]), .whole(["c"])).wrapped(in: [limit])
        var request = GenerationRequest(prompt: .raw("Hi"), maxTokens: 100)
        // Estimated 101 of 120, settled to 11: the next request fits only because of that.
        _ = try await model.generate(request).response()
        request.maxTokens = 100
        let second = try await model.generate(request)
        await #expect(throws: LLMError.self) { try await model.generate(request) }
        _ = try await second.response()
        _ = try await model.generate(GenerationRequest(prompt: .raw("Hi"), maxTokens: 90)).response()
    }

    @Test("Embeddings and scores are settled by what the backend reports")
    func measuredRate() async throws {
        let limit = RateLimit(tokensPerMinute: 120, longestWait: .zero, time: self.time)
        let model = ReportingModel(tokens: 50).wrapped(in: [limit])
        // Estimated as 1 token each, settled to 50.
        _ = try await model.embed(["a"])
        _ = try await model.score(ScoringRequest(prompt: .raw("a"), choices: ["b"]))
        await #expect(throws: LLMError.self) { try await model.embed([String(repeating: "a", count: 100)]) }
    }

    @Test("A request that could not start is not charged")
    func refund() async throws {
        let limit = RateLimit(requestsPerMinute: 1, longestWait: .zero, time: self.time)
        let inner = ScriptedModel(replies: [.failure(LLMError(.unavailable, "Gone.")), "ok"])
        let model = inner.wrapped(in: [limit])
        await #expect(throws: LLMError.self) { try await self.open(model) }
        #expect(try await self.open(model).response().text == "ok")
    }
}
