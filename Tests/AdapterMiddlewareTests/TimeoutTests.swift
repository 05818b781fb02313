// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Timeouts")
struct TimeoutTests {
    @Test("A first token that does not come ends the request and the stream behind it")
    func firstToken() async {
        let (inner, clock) = (PieceModel(.stuck()), HeldClock())
        let model = inner.wrapped(in: [Timeouts(firstToken: .seconds(5), time: Timekeeper(clock))])
        async let outcome = Result { try await model.generate(GenerationRequest(prompt: "Hi")) }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        let result = await outcome
        let error = #expect(throws: LLMError.self) { try result.get() }
        #expect(error?.code == .deadlineExceeded)
        #expect(inner.open == 0)
    }

    @Test("The total limits the whole answer, and the model is told")
    func total() async throws {
        let (inner, clock) = (PieceModel(.stuck(["Hello"])), HeldClock())
        let model = inner.wrapped(in: [Timeouts(total: .seconds(60), time: Timekeeper(clock))])
        let stream = try await model.generate(GenerationRequest(prompt: "Hi"))
        async let outcome = Result { try await stream.response() }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(60))
        let result = await outcome
        let error = #expect(throws: LLMError.self) { try result.get() }
        #expect(error?.code == .deadlineExceeded)
        #expect(inner.timeLimits == [.seconds(60)])
    }

    @Test("An answer in time is as it was")
    func inTime() async throws {
        let timeouts = Timeouts(firstToken: .seconds(1), total: .seconds(2), time: Timekeeper(HeldClock()))
        let model = PieceModel(.whole(["Hel", "lo"])).wrapped(in: [timeouts])
        #expect(try await model.generate(GenerationRequest(prompt: "Hi")).response().text == "Hello")
    }

    @Test("A shorter limit of the request stays")
    func shorterLimit() async throws {
        let inner = PieceModel(.whole(["ok"]))
        let model = inner.wrapped(in: [Timeouts(total: .seconds(60), time: Timekeeper(HeldClock()))])
        var request = GenerationRequest(prompt: "Hi")
        request.scheduling.timeLimit = .seconds(3)
        _ = try await model.generate(request).response()
        #expect(inner.timeLimits == [.seconds(3)])
    }
}

extension Result where Failure == any Error {
    /// What asynchronous work gives, to be looked at later.
    init(_ body: () async throws -> sending Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
