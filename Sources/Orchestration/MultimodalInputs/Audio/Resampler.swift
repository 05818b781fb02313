// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// Changes how many samples a second a recording has, by a sinc under a Kaiser window.
///
/// The filter is kept as phases, one for each place that an output sample may have between two input samples; rates whose
/// phases would be too many take the nearest two of 512 with linear interpolation (J. Smith: Digital Audio Resampling).
/// It passes what lies below 0.9 times half the lower rate, and weakens what would fold by about 100 dB.
public struct Resampler: Sendable {
    private static let crossings = 64.0
    private static let passband = 0.95
    private static let kaiserBeta = 10.06
    private static let maximumPhases = 1_024
    private static let interpolatedPhases = 512

    /// The rate of what comes in.
    public let inputRate: Int
    /// The rate of what goes out.
    public let outputRate: Int
    private let phases: Int
    private let isExact: Bool
    /// Taps of each phase, a multiple of the lanes; one phase more than there are, for interpolation.
    private let taps: Int
    private let reach: Int
    private let filter: [Float]

    /// Prepares to change a rate.
    ///
    /// - Parameters:
    ///   - inputRate: Samples a second, from 1,000 to 768,000.
    ///   - outputRate: Samples a second, from 1,000 to 768,000.
    /// - Throws: ``MultimodalError`` with code `.invalidSetting` for other rates.
    public init(from inputRate: Int, to outputRate: Int) throws {
        for rate in [inputRate, outputRate] where !(1_000...768_000).contains(rate) {
            throw MultimodalError(.invalidSetting, "A rate is \(rate); it must be 1,000 to 768,000 samples a second.")
        }
        self.inputRate = inputRate
        self.outputRate = outputRate
        let divisor = Self.commonDivisor(inputRate, outputRate)
        self.isExact = outputRate / divisor <= Self.maximumPhases
        self.phases = self.isExact ? outputRate / divisor : Self.interpolatedPhases
        // In samples of the input, half the lower rate is at this part of half the input's.
        let cutoff = min(1, Double(outputRate) / Double(inputRate)) * Self.passband
        let half = Self.crossings / cutoff
        self.reach = Int(half.rounded(.up))
        let lanes = SIMD8<Float>.scalarCount
        self.taps = (2 * self.reach + lanes - 1) / lanes * lanes
        let scale = 1 / Self.bessel(Self.kaiserBeta)
        var filter = [Float](repeating: 0, count: (self.phases + 1) * self.taps)
        for phase in 0...self.phases {
            let fraction = Double(phase) / Double(self.phases)
            for tap in 0..<self.taps {
                let distance = Double(tap - self.reach + 1) - fraction
                guard abs(distance) < half else { continue }
                let angle = Double.pi * distance * cutoff
                let sinc = angle == 0 ? 1 : Double.sin(angle) / angle
                let place = distance / half
                let window = Self.bessel(Self.kaiserBeta * (1 - place * place).squareRoot()) * scale
                filter[phase * self.taps + tap] = Float(cutoff * sinc * window)
            }
        }
        self.filter = filter
    }

    /// Changes the rate of a recording.
    ///
    /// - Throws: ``MultimodalError`` with code `.unsuitable` where it has another rate than what is to come in.
    public func convert(_ audio: AudioSamples) throws -> AudioSamples {
        guard audio.rate == self.inputRate else {
            throw MultimodalError(
                .unsuitable, "The recording has \(audio.rate) samples a second, not \(self.inputRate).")
        }
        if self.inputRate == self.outputRate { return audio }
        let silence = [Float](repeating: 0, count: self.taps)
        let padded = silence + audio.samples + silence
        let count = (audio.samples.count * self.outputRate + self.inputRate - 1) / self.inputRate
        let samples = [Float](unsafeUninitializedCapacity: count) { target, initialized in
            padded.withUnsafeBufferPointer { padded in
                self.filter.withUnsafeBufferPointer { filter in
                    for index in 0..<count {
                        target.initializeElement(at: index, to: self.sample(index, padded, filter))
                    }
                }
            }
            initialized = count
        }
        return try AudioSamples(samples, rate: self.outputRate)
    }

    /// One sample of the output; `padded` has as many zeros before and after the input as a phase has taps.
    private func sample(
        _ index: Int, _ padded: UnsafeBufferPointer<Float>, _ filter: UnsafeBufferPointer<Float>
    ) -> Float {
        let (whole, rest) = (index * self.inputRate).quotientAndRemainder(dividingBy: self.outputRate)
        let start = whole + self.taps - self.reach + 1
        let place = Double(rest) * Double(self.phases) / Double(self.outputRate)
        if self.isExact { return self.product(padded, start, filter, Int(place.rounded())) }
        let phase = Int(place)
        let low = self.product(padded, start, filter, phase)
        let high = self.product(padded, start, filter, phase + 1)
        return low + (high - low) * Float(place - Double(phase))
    }

    private func product(
        _ samples: UnsafeBufferPointer<Float>, _ start: Int, _ filter: UnsafeBufferPointer<Float>, _ phase: Int
    ) -> Float {
        guard let samples = samples.baseAddress, let filter = filter.baseAddress else { return 0 }
        let (a, b) = (UnsafeRawPointer(samples + start), UnsafeRawPointer(filter + phase * self.taps))
        var sum = SIMD8<Float>.zero
        for offset in stride(from: 0, to: self.taps * 4, by: 32) {
            sum +=
                a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                * b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        }
        return sum.sum()
    }

    private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : Self.commonDivisor(b, a % b) }

    /// The modified Bessel function of the first kind of order 0, by its series.
    private static func bessel(_ x: Double) -> Double {
        var (sum, term, k) = (1.0, 1.0, 1.0)
        while term > sum * 1e-17 {
            term *= (x / (2 * k)) * (x / (2 * k))
            sum += term
            k += 1
        }
        return sum
    }
}
