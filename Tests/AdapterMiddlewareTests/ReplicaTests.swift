// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Synchronization
import Testing

@Suite("Replicas and fallbacks")
struct ReplicaTests {
    private static let gone = ScriptedModel.Reply.failure(LLMError(.unavailable, "Gone."))
    private let clock = HeldClock()

    private func answers(_ name: String, _ count: Int) -> ScriptedModel {
        ScriptedModel(replies: Array(repeating: .text(name), count: count), name: name)
    }

    private func ask(_ model: some ModelAdapter) async throws -> String {
        try await model.generate(GenerationRequest(prompt: "Hi")).response().text
    }

    private func balanced(
        _ replicas: [BalancedModel.Replica], _ policy: BalancingPolicy
    ) throws -> BalancedModel {
        let health = CircuitBreaker.Settings(failures: 1, rest: .seconds(10))
        return try BalancedModel(
            name: "all", replicas: replicas, policy: policy, health: health, time: Timekeeper(self.clock))
    }

    @Test("Weights share the requests out evenly")
    func weighted() async throws {
        let names = [("a", 5.0), ("b", 1.0), ("c", 1.0)]
        let model = try self.balanced(names.map { .init(self.answers($0, 9), weight: $1) }, .weighted)
        var order = ""
        for _ in 0..<7 { order += try await self.ask(model) }
        #expect(order == "aabacaa")
    }

    @Test("The least busy replica is asked, streams that are still read counted")
    func leastBusy() async throws {
        let (a, b) = (PieceModel(.stuck(["a"]), .whole(["a"])), PieceModel(.whole(["b"]), .whole(["b"]), .whole(["b"])))
        let model = try self.balanced([.init(a), .init(b)], .leastBusy)
        var held: GenerationStream? = try await model.generate(GenerationRequest(prompt: "Hi"))
        #expect(a.open == 1)
        #expect(try await self.ask(model) == "b")
        #expect(try await self.ask(model) == "b")
        withExtendedLifetime(held) {}
        held = nil
        #expect(a.open == 0)
        #expect(try await self.ask(model) == "a")
    }

    @Test("The replica that has answered soonest is asked, and a slow one again after a while")
    func lowestLatency() async throws {
        let slow = DelayedModel(self.answers("slow", 9), .seconds(2), self.clock)
        let quick = DelayedModel(self.answers("quick", 9), .seconds(1), self.clock)
        let model = try self.balanced([.init(slow), .init(quick)], .lowestLatency)
        var order: [String] = []
        for _ in 0..<4 { order.append(try await self.ask(model)) }
        #expect(order == ["slow", "quick", "quick", "quick"])
        // Both measurements age alike until only the quick one is renewed.
        for _ in 0..<3 {
            self.clock.advance(by: .seconds(60))
            order.append(try await self.ask(model))
        }
        #expect(order.suffix(3).contains("slow"))
    }

    @Test("A replica that fails rests while others answer, and is probed later")
    func health() async throws {
        let broken = ScriptedModel(replies: [Self.gone, "back"], name: "broken")
        let model = try self.balanced([.init(broken), .init(self.answers("well", 9))], .weighted)
        for _ in 0..<4 { #expect(try await self.ask(model) == "well") }
        #expect(broken.requests.count == 1)
        #expect(model.rests == [.seconds(10), .zero])
        self.clock.advance(by: .seconds(10))
        let later = [try await self.ask(model), try await self.ask(model)]
        #expect(later.contains("back"))
        #expect(model.rests == [.zero, .zero])
    }

    @Test("When all rest, the error says for how long")
    func allRest() async throws {
        let model = try self.balanced([.init(ScriptedModel(replies: [Self.gone]))], .leastBusy)
        for retryAfter in [nil, Duration.seconds(10)] {
            let error = await #expect(throws: LLMError.self) { try await self.ask(model) }
            #expect(error?.code == .unavailable)
            #expect(error?.retryAfter == retryAfter)
        }
    }

    @Test("A replica that a limit of our own keeps busy is passed over, and is not taken for a broken one")
    func busyReplica() async throws {
        let inner = PieceModel(.stuck(["a"]), .whole(["a"]))
        let limited = inner.wrapped(in: [ConcurrencyLimit(1)])
        let model = try self.balanced([.init(limited, weight: 9), .init(self.answers("b", 9))], .weighted)
        var held: GenerationStream? = try await model.generate(GenerationRequest(prompt: "Hi"))
        for _ in 0..<3 { #expect(try await self.ask(model) == "b") }
        #expect(model.rests == [.zero, .zero])
        withExtendedLifetime(held) {}
        held = nil
    }

    @Test("A replica that says it is unwell rests before anybody asks it, and need not when it says that it is well")
    func healthChecks() async throws {
        let (sick, well) = (HealthyModel(self.answers("sick", 2)), HealthyModel(self.answers("well", 2)))
        let silent = self.answers("silent", 1)
        let model = try self.balanced([.init(sick), .init(well), .init(silent)], .weighted)
        sick.error.withLock { $0 = LLMError(.unavailable, "Loading.") }
        try await model.checkReplicas(within: .seconds(5))
        #expect(model.rests == [.seconds(10), .zero, .zero])
        #expect(try await self.ask(model) == "well")
        sick.error.withLock { $0 = nil }
        try await model.checkReplicas(within: .seconds(5))
        #expect(model.rests == [.zero, .zero, .zero])
        try await model.checkHealth()
    }

    @Test("A request that is wrong itself is not sent to the next replica")
    func wrongRequest() async throws {
        let other = self.answers("other", 1)
        let first = ScriptedModel(replies: [.failure(LLMError(.invalidRequest, "What?"))])
        let model = try self.balanced([.init(first), .init(other)], .weighted)
        await #expect(throws: LLMError.self) { try await self.ask(model) }
        #expect(other.requests.isEmpty)
    }

    @Test(
        "Fallbacks answer where those before them cannot",
        arguments: [LLMError.Code.unavailable, .unauthorized, .contextOverflow, .backendFailed, .unknownModel])
    func fallback(code: LLMError.Code) async throws {
        let first = ScriptedModel(replies: [.failure(LLMError(code, "No."))])
        let model = try FallbackModel(name: "safe", models: [first, self.answers("second", 1)])
        #expect(try await self.ask(model) == "second")
    }

    @Test("A stream that breaks in the middle is not continued by another model")
    func noFallbackInTheMiddle() async throws {
        let second = self.answers("second", 1)
        let first = ScriptedModel(replies: [.cutOff(after: "Hel")])
        let model = try FallbackModel(name: "safe", models: [first, second])
        await #expect(throws: LLMError.self) { try await self.ask(model) }
        #expect(second.requests.isEmpty)
    }

    @Test("A model made of others can do what all of them can")
    func capabilities() throws {
        let models = [
            ScriptedModel(capabilities: [.tools, .images]), ScriptedModel(capabilities: [.tools, .constraints]),
        ]
        // One is held by masks, the other by its server.
        let held = [ScriptedModel(capabilities: .constraints), ScriptedModel(capabilities: .jsonConstraints)]
        #expect(
            try FallbackModel(name: "f", models: held).capabilities == [.chat, .rawPrompts, .jsonConstraints])
        let expected: ModelCapabilities = [.chat, .rawPrompts, .tools]
        #expect(try FallbackModel(name: "f", models: models).capabilities == expected)
        #expect(try self.balanced(models.map { .init($0) }, .weighted).capabilities == expected)
        #expect(throws: LLMError.self) { try FallbackModel(name: "f", models: []) }
    }
}

/// A model that moves the clock before it answers.
private struct DelayedModel: ModelAdapter {
    let inner: ScriptedModel
    let delay: Duration
    let clock: HeldClock

    init(_ inner: ScriptedModel, _ delay: Duration, _ clock: HeldClock) {
        self.inner = inner
        self.delay = delay
        self.clock = clock
    }

    var name: String { self.inner.name }
    var capabilities: ModelCapabilities { self.inner.capabilities }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        self.clock.advance(by: self.delay)
        return try await self.inner.generate(request)
    }
}

/// A model that says how it is.
private final class HealthyModel: ModelAdapter {
    let inner: ScriptedModel
    let error = Mutex<LLMError?>(nil)

    init(_ inner: ScriptedModel) { self.inner = inner }

    var name: String { self.inner.name }
    var capabilities: ModelCapabilities { self.inner.capabilities }

    func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        try await self.inner.generate(request)
    }

    func checkHealth() async throws { if let error = self.error.withLock({ $0 }) { throw error } }
}
