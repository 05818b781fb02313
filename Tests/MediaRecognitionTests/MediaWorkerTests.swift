// SPDX-License-Identifier: Apache-2.0

import MediaDecoding
import MediaRecognition
import Testing

@Suite("Work on media", .timeLimit(.minutes(5)))
struct MediaWorkerTests {
    @Test("Cancelling ends what reads a long recording before its end")
    func cancelled() async throws {
        let minute = MediaSamples.wave(samples: [UInt8](repeating: 1, count: 2 * 60 * 16_000))
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await MediaWorker().run {
                let end = ContinuousClock.now + .seconds(240)
                while ContinuousClock.now < end {
                    _ = try AudioDecoder().decode(minute)
                    beginning.yield()
                }
            }
        }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("What is done comes back, or why it could not be done")
    func results() async throws {
        let worker = MediaWorker()
        #expect(try await worker.run { 5 } == 5)
        await #expect(throws: CancellationError.self) { try await worker.run { throw CancellationError() } }
    }
}
