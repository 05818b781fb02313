// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private static let settings = CircuitBreaker.Settings(failures: 2, rest: .seconds(10), longestRest: .seconds(30))

    /// Lets a request through and reports how it went.
    private func request(
        _ breaker: inout CircuitBreaker, _ outcome: CircuitBreaker.Outcome, at seconds: Int
    ) throws {
        guard case .admitted(let pass) = breaker.admit(at: .seconds(seconds)) else {
            Issue.record("The request at \(seconds) s was refused.")
            return
        }
        breaker.report(outcome, of: pass, at: .seconds(seconds))
    }

    @Test("Failures in a row open it; a success between them does not count")
    func opens() throws {
        var breaker = CircuitBreaker(Self.settings)
        try self.request(&breaker, .failure(retryAfter: nil), at: 0)
        try self.request(&breaker, .success, at: 1)
        try self.request(&breaker, .failure(retryAfter: nil), at: 2)
        #expect(breaker.refusal(at: .seconds(2)) == .zero)
        try self.request(&breaker, .failure(retryAfter: nil), at: 3)
        #expect(breaker.admit(at: .seconds(4)) == .refused(.seconds(9)))
    }

    @Test("After the rest one probe is let through, and its success closes")
    func probes() throws {
        var breaker = CircuitBreaker(Self.settings)
        for second in 0...1 { try self.request(&breaker, .failure(retryAfter: nil), at: second) }
        guard case .admitted(let probe) = breaker.admit(at: .seconds(11)) else { throw CancellationError() }
        #expect(probe.isProbe)
        #expect(breaker.admit(at: .seconds(11)) == .refused(.seconds(10)))
        breaker.report(.success, of: probe, at: .seconds(12))
        try self.request(&breaker, .success, at: 12)
    }

    @Test("Rests double while probes fail, up to the longest")
    func doubles() throws {
        var breaker = CircuitBreaker(Self.settings)
        for _ in 0...1 { try self.request(&breaker, .failure(retryAfter: nil), at: 0) }
        var now = 0
        for rest in [10, 20, 30, 30] {
            #expect(breaker.refusal(at: .seconds(now)) == .seconds(rest))
            now += rest
            try self.request(&breaker, .failure(retryAfter: nil), at: now)
        }
    }

    @Test("A probe that nobody waited for is made again at once")
    func abandonedProbe() throws {
        var breaker = CircuitBreaker(Self.settings)
        for _ in 0...1 { try self.request(&breaker, .failure(retryAfter: nil), at: 0) }
        try self.request(&breaker, .unknown, at: 10)
        guard case .admitted(let pass) = breaker.admit(at: .seconds(10)) else { throw CancellationError() }
        #expect(pass.isProbe)
    }

    @Test("A backend that says how long to wait is left alone at once, for that long")
    func retryAfter() throws {
        var breaker = CircuitBreaker(Self.settings)
        try self.request(&breaker, .failure(retryAfter: .seconds(3)), at: 0)
        #expect(breaker.refusal(at: .seconds(0)) == .seconds(3))
    }

    @Test("What a backend says of its health opens and closes it, and its failures still count")
    func health() throws {
        var breaker = CircuitBreaker(Self.settings)
        try self.request(&breaker, .failure(retryAfter: nil), at: 0)
        breaker.note(isWell: true, at: .zero)
        try self.request(&breaker, .failure(retryAfter: nil), at: 0)
        #expect(breaker.refusal(at: .zero) == .seconds(10))
        breaker.note(isWell: false, at: .seconds(5))
        #expect(breaker.refusal(at: .seconds(5)) == .seconds(10))
        breaker.note(isWell: true, at: .seconds(6))
        try self.request(&breaker, .success, at: 6)
        breaker.note(isWell: false, at: .seconds(7))
        #expect(breaker.refusal(at: .seconds(7)) == .seconds(10))
    }

    @Test("What was under way before it opened changes nothing")
    func lateReports() throws {
        var breaker = CircuitBreaker(Self.settings)
        guard case .admitted(let late) = breaker.admit(at: .zero) else { throw CancellationError() }
        for _ in 0...1 { try self.request(&breaker, .failure(retryAfter: nil), at: 0) }
        breaker.report(.success, of: late, at: .seconds(1))
        #expect(breaker.refusal(at: .seconds(1)) == .seconds(9))
    }

    @Test("Around a model, it refuses with the time to wait, and lets the probe through")
    func middleware() async throws {
        let failure = ScriptedModel.Reply.failure(LLMError(.unavailable, "Gone."))
        let (inner, clock) = (ScriptedModel(replies: [failure, .cutOff(after: "Hel"), "Hello"]), HeldClock())
        let model = inner.wrapped(in: [CircuitBreaking(Self.settings, time: Timekeeper(clock))])
        let ask = { try await model.generate(GenerationRequest(prompt: "Hi")).response().text }
        for _ in 0...1 { await #expect(throws: LLMError.self) { try await ask() } }
        let error = await #expect(throws: LLMError.self) { try await ask() }
        #expect(error?.code == .unavailable)
        #expect(error?.retryAfter == .seconds(10))
        #expect(inner.requests.count == 2)
        clock.advance(by: .seconds(10))
        #expect(try await ask() == "Hello")
    }

    @Test("A limit of our own that refuses does not open it, nor does an answer that is of no use")
    func ownRefusals() async throws {
        let useless = ScriptedModel.Reply.failure(LLMError(.unusableAnswer, "No JSON."))
        let inner = ScriptedModel(replies: [.endless(after: "a"), useless, useless, useless, "ok"])
        let model = inner.wrapped(in: [
            CircuitBreaking(Self.settings, time: Timekeeper(HeldClock())), ConcurrencyLimit(1),
        ])
        var held: GenerationStream? = try await model.generate(GenerationRequest(prompt: "Hi"))
        for _ in 0..<3 {
            let error = await #expect(throws: LLMError.self) {
                try await model.generate(GenerationRequest(prompt: "Hi"))
            }
            #expect(error?.code == .overloaded && error?.isOwnRefusal == true)
        }
        withExtendedLifetime(held) {}
        held = nil
        for _ in 0..<3 {
            let error = await #expect(throws: LLMError.self) {
                try await model.generate(GenerationRequest(prompt: "Hi"))
            }
            #expect(error?.code == .unusableAnswer)
        }
        #expect(try await model.generate(GenerationRequest(prompt: "Hi")).response().text == "ok")
    }

    @Test("Requests that are wrong themselves do not open it")
    func wrongRequests() async throws {
        let failure = ScriptedModel.Reply.failure(LLMError(.invalidRequest, "What?"))
        let inner = ScriptedModel(replies: [failure, failure, failure, "ok"])
        let model = inner.wrapped(in: [CircuitBreaking(Self.settings, time: Timekeeper(HeldClock()))])
        for _ in 0..<3 {
            await #expect(throws: LLMError.self) { try await model.generate(GenerationRequest(prompt: "Hi")) }
        }
        #expect(try await model.generate(GenerationRequest(prompt: "Hi")).response().text == "ok")
    }
}
