// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import MultimodalInputs
import Testing

@Suite("Resampling")
struct ResamplerTests {
    private static func tone(_ frequency: Double, rate: Int) throws -> AudioSamples {
        let samples = (0..<rate).map { Float(0.5 * sin(2 * Double.pi * frequency * Double($0) / Double(rate))) }
        return try AudioSamples(samples, rate: rate)
    }

    /// The largest difference from what should come out, away from the ends, in decibels below a half.
    private static func error(_ samples: ArraySlice<Float>, _ expected: (Int) -> Double) -> Double {
        let largest = samples.indices.map { abs(Double(samples[$0]) - expected($0)) }.max() ?? 0
        return 20 * log10(max(largest, 1e-12) / 0.5)
    }

    @Test(
        "A tone below 7 kHz comes out as it went in, to -90 dB",
        arguments: [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 44_099])
    func passband(rate: Int) throws {
        let frequency = rate < 16_000 ? 0.43 * Double(rate) : 7_000
        let resampled = try Resampler(from: rate, to: 16_000).convert(Self.tone(frequency, rate: rate))
        #expect(resampled.rate == 16_000 && resampled.samples.count == 16_000)
        let error = Self.error(resampled.samples[2_000..<14_000]) {
            0.5 * sin(2 * Double.pi * frequency * Double($0) / 16_000)
        }
        #expect(error < -90)
    }

    @Test("What would fold is weakened by 90 dB", arguments: [8_100.0, 9_000, 12_000, 15_900, 21_000])
    func stopband(frequency: Double) throws {
        let resampled = try Resampler(from: 44_100, to: 16_000).convert(Self.tone(frequency, rate: 44_100))
        #expect(Self.error(resampled.samples[2_000..<14_000]) { _ in 0 } < -90)
    }

    @Test("Nothing stays nothing, and what has the rate stays as it is")
    func trivial() throws {
        #expect(try Resampler(from: 48_000, to: 16_000).convert(AudioSamples([], rate: 48_000)).samples.isEmpty)
        let audio = try Self.tone(100, rate: 16_000)
        #expect(try Resampler(from: 16_000, to: 16_000).convert(audio) == audio)
        #expect(throws: MultimodalError.self) { try Resampler(from: 48_000, to: 16_000).convert(audio) }
        #expect(throws: MultimodalError.self) { try Resampler(from: 10, to: 16_000) }
    }
}
