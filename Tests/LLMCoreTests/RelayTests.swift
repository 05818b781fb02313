// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Testing

@Suite("Elements read against a time limit")
struct RelayTests {
    private struct Late: Error {}

    /// Waits until the task is cancelled.
    private static func forever() async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
        throw CancellationError()
    }

    @Test("All elements come, in order, and then the end")
    func complete() async throws {
        let stream = relayed(against: Self.forever, isOver: { Late() }) { give in for number in 0..<100 { give(number) }
        }
        var numbers = [Int]()
        for try await number in stream { numbers.append(number) }
        #expect(numbers == Array(0..<100))
    }

    @Test("What comes before the time is over is given, and then the error")
    func late() async throws {
        let (began, signal) = AsyncStream<Void>.makeStream()
        let stream = relayed(against: { for await _ in began { return } }, isOver: { Late() }) { give in
            give(1)
            signal.yield()
            try await Self.forever()
        }
        var numbers = [Int]()
        await #expect(throws: Late.self) { for try await number in stream { numbers.append(number) } }
        #expect(numbers == [1])
    }

    @Test("An error of the reading is the stream's")
    func fails() async throws {
        let stream = relayed(against: Self.forever, isOver: { CancellationError() }) { (give: (Int) -> Void) in
            give(1)
            throw Late()
        }
        await #expect(throws: Late.self) { for try await _ in stream {} }
    }

    @Test("Whoever drops the stream ends the reading")
    func dropped() async throws {
        let (ended, signal) = AsyncStream<Void>.makeStream()
        let read = { @Sendable (give: @Sendable (Int) -> Void) async throws in
            defer { signal.finish() }
            give(1)
            try await Self.forever()
        }
        for try await _ in relayed(against: Self.forever, isOver: { Late() }, read) { break }
        for await _ in ended {}
    }
}
