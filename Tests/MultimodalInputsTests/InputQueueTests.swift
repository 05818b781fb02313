// SPDX-License-Identifier: Apache-2.0

import LLMCore
import MultimodalInputs
import Synchronization
import Testing

@Suite("The queue of input events", .timeLimit(.minutes(5)))
struct InputQueueTests {
    private func event(_ time: Int64) -> InputEvent { InputEvent(.text, .text(""), timestamp: time, source: "a") }

    @Test("A reader gets what writers bring, in order, through a queue far smaller than all of it")
    func flow() async throws {
        let queue = InputQueue(try InputOrderSettings(capacity: 8, watermark: .zero))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for time in 0..<2_000 { try await queue.push(self.event(Int64(time))) }
                queue.finish()
            }
            var times: [Int64] = []
            while let event = await queue.next() { times.append(event.timestamp) }
            #expect(times == Array(0..<2_000))
            try await group.waitForAll()
        }
    }

    @Test("A full queue refuses where it is to, and a finished one always")
    func refusals() throws {
        let queue = InputQueue(try InputOrderSettings(capacity: 1, whenFull: .refuse))
        try queue.offer(self.event(1))
        #expect(throws: MultimodalError.self) { try queue.offer(self.event(2)) }
        queue.finish()
        #expect(queue.ready(upTo: 5).count == 1)
        let error = #expect(throws: MultimodalError.self) { try queue.offer(self.event(3)) }
        #expect(error?.code == .queueClosed)
        #expect(queue.statistics.waiting == 0 && queue.statistics.fullDropped == 0 && queue.statistics.lateDropped == 0)
    }

    @Test("Cancelling ends a reader that waits, and a writer that waits for room")
    func cancellation() async throws {
        let queue = InputQueue(try InputOrderSettings(capacity: 1))
        let reader = Task { await queue.next() }
        reader.cancel()
        #expect(await reader.value == nil)
        try queue.offer(self.event(1))
        let writer = Task { try await queue.push(self.event(2)) }
        writer.cancel()
        await #expect(throws: CancellationError.self) { try await writer.value }
    }

    @Test("A reader that waits is woken when silent sources are waited for no longer")
    func tick() async throws {
        let time = Mutex(Int64(0))
        let queue = InputQueue(
            try InputOrderSettings(watermark: .seconds(10), idleAfter: .seconds(1)), now: { time.withLock { $0 } })
        try queue.offer(self.event(1))
        async let event = queue.next()
        time.withLock { $0 = 2_000_000_000 }
        queue.tick()
        #expect(await event?.timestamp == 1)
    }
}
