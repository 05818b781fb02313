// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Hedged requests")
struct HedgeTests {
    private let clock = HeldClock()

    private func hedged(_ inner: some ModelAdapter) -> any ModelAdapter {
        inner.wrapped(in: [HedgedRequests(after: .milliseconds(500), time: Timekeeper(self.clock))])
    }

    @Test("A second attempt wins when the first is silent, which is then cancelled")
    func secondWins() async throws {
        let inner = PieceModel(.stuck(), .whole(["second"]))
        let model = self.hedged(inner)
        async let answer = model.generate(GenerationRequest(prompt: "Hi")).response()
        await self.clock.waitForSleepers(1)
        self.clock.advance(by: .milliseconds(500))
        let text = try await answer.text
        #expect(text == "second")
        #expect(inner.started == 2)
        #expect(inner.open == 0)
    }

    @Test("Nobody is asked twice while the first answers in time")
    func firstWins() async throws {
        let inner = PieceModel(.whole(["first"]), .whole(["second"]))
        let answer = try await self.hedged(inner).generate(GenerationRequest(prompt: "Hi")).response()
        #expect(answer.text == "first")
        #expect(inner.started == 1)
    }

    @Test("A failure before the delay is the request's failure")
    func failure() async {
        let inner = ScriptedModel(replies: [.failure(LLMError(.unavailable, "Gone.")), "never"])
        let error = await #expect(throws: LLMError.self) {
            try await self.hedged(inner).generate(GenerationRequest(prompt: "Hi"))
        }
        #expect(error?.code == .unavailable)
        #expect(inner.requests.count == 1)
    }
}
