// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import LLMCore
import Testing

@Suite("A gate whose bound changes")
struct RequestGateTests {
    private static func settings(_ limit: Int, queue: Int) -> RequestGate.Settings {
        RequestGate.Settings(limit, queue: queue, longestWait: .seconds(60))
    }

    @Test("Who waits is let in when more may be, and fewer may be once places are free again")
    func resizing() async throws {
        let gate = RequestGate(Self.settings(1, queue: 1))
        var first = try await gate.enter()
        #expect(first != nil)
        var second: Lease?
        do {
            // The task that waits keeps what it got until the end of this scope.
            async let waiting = gate.enter()
            while gate.queueLength == 0 { await Task.yield() }
            gate.replace(Self.settings(2, queue: 1))
            second = try await waiting
        }
        #expect(second != nil && gate.queueLength == 0)

        gate.replace(Self.settings(1, queue: 0))
        withExtendedLifetime(first) {}
        first = nil
        // One is still inside, and one may be.
        await #expect(throws: LLMError.self) { try await gate.enter() }
        withExtendedLifetime(second) {}
        second = nil
        let third = try await gate.enter()
        #expect(third != nil && first == nil && second == nil)
        withExtendedLifetime(third) {}
    }

    @Test("Without a bound everybody is let in, and who waits for a bound that is taken away, too")
    func unbounded() async throws {
        let gate = RequestGate(nil)
        for _ in 0..<10 { #expect(try await gate.enter() == nil) }
        gate.replace(Self.settings(1, queue: 1))
        let first = try await gate.enter()
        async let waiting = gate.enter()
        while gate.queueLength == 0 { await Task.yield() }
        gate.replace(nil)
        #expect(try await waiting != nil)
        withExtendedLifetime(first) {}
    }
}
