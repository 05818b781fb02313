// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Retries")
struct RetryTests {
    private static let overloaded = LLMError(.overloaded, "Full.")

    private func model(_ replies: ScriptedModel.Reply...) -> (ScriptedModel, ManualClock, any ModelAdapter) {
        let (scripted, clock) = (ScriptedModel(replies: replies), ManualClock())
        let policy = RetryPolicy(attempts: 3, base: .seconds(1), cap: .seconds(10), patience: .seconds(30))
        let retries = Retries(policy, time: Timekeeper(clock), random: RandomSource(seed: 7))
        return (scripted, clock, scripted.wrapped(in: [retries]))
    }

    @Test("A transient failure is tried again, and the answer is whole")
    func recovers() async throws {
        let (scripted, clock, model) = self.model(.failure(Self.overloaded), .cutOff(after: ""), "Hello, world")
        #expect(try await model.generate(.init(prompt: "Hi")).response().text == "Hello, world")
        #expect(scripted.requests.count == 3)
        #expect(clock.now.offset > .zero && clock.now.offset <= .seconds(3))
    }

    @Test(
        "What cannot get better is not tried again",
        arguments: [
            LLMError(.invalidRequest, "No."), LLMError(.contextOverflow, "Long."), LLMError(.unauthorized, "Who?"),
            LLMError(.unsupported, "Cannot."), LLMError(.unusableAnswer, "No JSON."),
            LLMError(.rateLimited, "Later.", retryAfter: .seconds(31)),
        ])
    func permanent(error: LLMError) async {
        let (scripted, _, model) = self.model(.failure(error), "never")
        let thrown = await #expect(throws: LLMError.self) { try await model.generate(.init(prompt: "Hi")) }
        #expect(thrown?.code == error.code)
        #expect(scripted.requests.count == 1)
    }

    @Test("A limit of our own that refuses means it: it has a line of its own")
    func ownRefusal() async {
        var refusal = LLMError(.overloaded, "Full.")
        refusal.isOwnRefusal = true
        let (scripted, _, model) = self.model(.failure(refusal), "never")
        await #expect(throws: LLMError.self) { try await model.generate(.init(prompt: "Hi")) }
        #expect(scripted.requests.count == 1)
    }

    @Test("Nothing is tried again once a part of the answer was given out")
    func notAfterFirstEvent() async {
        let (scripted, _, model) = self.model(.cutOff(after: "Hello, wor"), "Hello, world")
        let error = await #expect(throws: LLMError.self) {
            try await model.generate(.init(prompt: "Hi")).response()
        }
        #expect(error?.code == .truncatedStream)
        #expect(scripted.requests.count == 1)
    }

    @Test("The last failure is thrown when all attempts are used up")
    func exhausted() async {
        let (scripted, _, model) = self.model(
            .failure(Self.overloaded), .failure(Self.overloaded), .failure(LLMError(.unavailable, "Gone.")), "never")
        let error = await #expect(throws: LLMError.self) { try await model.generate(.init(prompt: "Hi")) }
        #expect(error?.code == .unavailable)
        #expect(scripted.requests.count == 3)
    }

    @Test("The pause is never shorter than the backend asked for")
    func retryAfter() async throws {
        let (_, clock, model) = self.model(.failure(LLMError(.rateLimited, "Later.", retryAfter: .seconds(20))), "ok")
        _ = try await model.generate(.init(prompt: "Hi")).response()
        #expect(clock.now.offset == .seconds(20))
    }

    @Test("A request whose time limit would be over is not tried again")
    func timeLimit() async {
        let (scripted, _, model) = self.model(
            .failure(LLMError(.rateLimited, "Later.", retryAfter: .seconds(20))), "never")
        var request = GenerationRequest(prompt: "Hi")
        request.scheduling.timeLimit = .seconds(15)
        await #expect(throws: LLMError.self) { try await model.generate(request) }
        #expect(scripted.requests.count == 1)
    }

    @Test("Pauses double up to the cap, and are drawn from the whole range", arguments: [0.0, 0.25, 0.999])
    func pauses(draw: Double) {
        let policy = RetryPolicy(attempts: 10, base: .seconds(1), cap: .seconds(6))
        let bounds = [1, 2, 4, 6, 6].map { Duration.seconds($0) * draw }
        let pauses = (1...5).map { policy.pause(afterFailures: $0, retryAfter: nil, draw: draw) }
        #expect(pauses == bounds)
        #expect(policy.pause(afterFailures: 10, retryAfter: nil, draw: draw) == nil)
    }
}
