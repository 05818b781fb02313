// SPDX-License-Identifier: Apache-2.0

import MultimodalInputs
import OpenAutoGLMTesting
import Testing

@Suite("Clocks of sources")
struct SourceClockTests {
    /// A source's clock: ahead by `offset` seconds at the beginning, and quicker by `drift` seconds each second.
    struct Clock: Sendable {
        var offset: Double
        var drift: Double
    }

    @Test(
        "Offset and skew are found under changing delays",
        arguments: [
            Clock(offset: 0, drift: 0), Clock(offset: -3, drift: 50e-6), Clock(offset: 1_000, drift: -200e-6),
            Clock(offset: 0.25, drift: 1e-3),
        ])
    func estimates(clock: Clock) {
        var (numbers, estimate) = (SeededGenerator(state: 5), SourceClock())
        let least = 0.002
        func stamp(_ time: Double) -> Int64 { Int64((time + clock.offset + clock.drift * time) * 1e9) }
        for step in 0..<6_000 {
            let time = 1_000 + Double(step) * 0.01
            let delay = least + Double.random(in: 0...0.05, using: &numbers)
            estimate.observe(timestamp: stamp(time), arrival: Int64((time + delay) * 1e9))
        }
        #expect(abs(estimate.skew - (1 / (1 + clock.drift) - 1)) < 20e-6)
        // The least delay cannot be told from an offset.
        let time = 1_055.0
        #expect(abs(Double(estimate.corrected(stamp(time))) / 1e9 - time - least) < 0.002)
    }

    @Test("Moments at the ends of what 64 bits hold do no harm", arguments: 0..<100)
    func extremes(seed: Int) {
        var (numbers, clock) = (SeededGenerator(state: UInt64(seed)), SourceClock())
        let ends: [Int64] = [.min, .min / 2, -1, 0, 1, .max / 2, .max]
        for _ in 0..<40 {
            let (time, arrival) = (ends.randomElement(using: &numbers) ?? 0, ends.randomElement(using: &numbers) ?? 0)
            clock.observe(timestamp: time &+ Int64.random(in: -9...9, using: &numbers), arrival: arrival)
            #expect(clock.skew.isFinite)
        }
    }

    @Test("Sources with clocks of their own are put in order by ours")
    func mixed() throws {
        var order = InputOrder(
            try InputOrderSettings(capacity: 100_000, watermark: .milliseconds(20), whenLate: .fail, clocks: .estimated)
        )
        var numbers = SeededGenerator(state: 9)
        var arriving: [(arrival: Int64, event: InputEvent)] = []
        for step in 0..<4_000 {
            let time = Int64(step) * 5_000_000
            let isAhead = step % 2 == 0
            let stamp = isAhead ? time + 60_000_000_000 + time / 10_000 : time
            let arrival = time + Int64.random(in: 1_000_000...4_000_000, using: &numbers)
            let event = InputEvent(.text, .text("\(step)"), timestamp: stamp, source: isAhead ? "ahead" : "ours")
            arriving.append((arrival, event))
        }
        for (arrival, event) in arriving.sorted(by: { $0.arrival < $1.arrival }) {
            _ = try order.insert(event, arrival: arrival)
        }
        order.release()
        var given: [Int] = []
        while let event = order.next() { if case .text(let text) = event.payload { given.append(Int(text) ?? -1) } }
        #expect(given == Array(0..<4_000))
        let skew = try #require(order.skew(of: "ahead"))
        #expect(abs(skew + 100e-6) < 60e-6)
    }
}
