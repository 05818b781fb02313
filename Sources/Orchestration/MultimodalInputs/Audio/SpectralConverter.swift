// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// Makes log-mel spectra and mel-frequency cepstral coefficients of recordings, as librosa defines them.
///
/// Frames are centred: the recording is taken as silent before and after. Windows are periodic Hann windows, bands are of
/// power, values are decibels over 1 with a floor of 1e-10, and coefficients are an orthonormal DCT of type II over them.
public struct SpectralConverter: Sendable {
    private static let floor = 1e-10

    /// How they are made.
    public let settings: SpectralSettings
    private let window: [Double]
    private let mel: MelBands
    /// The rows of the cosine transform.
    private let cosines: [Double]

    /// Prepares to make them.
    ///
    /// - Throws: ``MultimodalError`` with code `.invalidSetting`.
    public init(_ settings: SpectralSettings = SpectralSettings()) throws {
        try settings.check()
        self.settings = settings
        let length = settings.windowLength
        let hann = (0..<length).map { 0.5 - 0.5 * Double.cos(2 * Double.pi * Double($0) / Double(length)) }
        let before = (settings.transformLength - length) / 2
        let after = settings.transformLength - length - before
        self.window = Array(repeating: 0, count: before) + hann + Array(repeating: 0, count: after)
        self.mel = MelBands(settings)
        let bands = Double(settings.bands)
        self.cosines = (0..<settings.coefficients).flatMap { row in
            let scale = (row == 0 ? 1 / bands : 2 / bands).squareRoot()
            return (0..<settings.bands).map {
                scale * Double.cos(Double.pi * Double(row) * (2 * Double($0) + 1) / (2 * bands))
            }
        }
    }

    /// How many frames a recording of so many samples has.
    public func frames(of count: Int) -> Int { count == 0 ? 0 : 1 + count / self.settings.hop }

    /// The mel spectrum in decibels: a row of bands for each frame.
    ///
    /// - Throws: ``MultimodalError`` with code `.unsuitable` for a recording of another rate; ``Resampler`` changes it.
    public func logMel(_ audio: AudioSamples) throws -> SpectralFeatures {
        self.features(try self.decibels(audio).map { Float($0) }, width: self.settings.bands)
    }

    /// The mel-frequency cepstral coefficients: a row for each frame.
    ///
    /// - Throws: ``MultimodalError`` with code `.unsuitable` for a recording of another rate.
    public func mfcc(_ audio: AudioSamples) throws -> SpectralFeatures {
        let decibels = try self.decibels(audio)
        let (bands, rows) = (self.settings.bands, self.settings.coefficients)
        let frames = decibels.count / bands
        let values = [Float](unsafeUninitializedCapacity: frames * rows) { target, count in
            decibels.withUnsafeBufferPointer { decibels in
                self.cosines.withUnsafeBufferPointer { cosines in
                    for frame in 0..<frames {
                        for row in 0..<rows {
                            var sum = 0.0
                            for band in 0..<bands {
                                sum += decibels[frame * bands + band] * cosines[row * bands + band]
                            }
                            target.initializeElement(at: frame * rows + row, to: Float(sum))
                        }
                    }
                }
            }
            count = frames * rows
        }
        return self.features(values, width: rows)
    }

    private func features(_ values: [Float], width: Int) -> SpectralFeatures {
        SpectralFeatures(values: values, width: width, step: Double(self.settings.hop) / Double(self.settings.rate))
    }

    /// The mel spectrum in decibels, no value further below the highest than the range.
    private func decibels(_ audio: AudioSamples) throws -> [Double] {
        guard audio.rate == self.settings.rate else {
            throw MultimodalError(
                .unsuitable,
                "The recording has \(audio.rate) samples a second; \(self.settings.rate) are needed: resample it.")
        }
        var values = self.bandPowers(audio.samples)
        var highest = -Double.infinity
        for index in values.indices {
            values[index] = 10 * Double.log10(max(Self.floor, values[index]))
            highest = max(highest, values[index])
        }
        if let range = self.settings.range {
            let least = highest - range
            for index in values.indices where values[index] < least { values[index] = least }
        }
        return values
    }

    /// The power in each band of each frame; four frames are computed together.
    private func bandPowers(_ samples: [Float]) -> [Double] {
        typealias Lanes = RealFFT.Lanes
        let (frames, bands, length) = (
            self.frames(of: samples.count), self.settings.bands, self.settings.transformLength
        )
        let transform = RealFFT(length: length)
        var scratch = [Lanes](repeating: .zero, count: length)
        var signal = [Lanes](repeating: .zero, count: length)
        var power = [Lanes](repeating: .zero, count: length / 2 + 1)
        var values = [Double](repeating: 0, count: frames * bands)
        for first in stride(from: 0, to: frames, by: Lanes.scalarCount) {
            let count = min(Lanes.scalarCount, frames - first)
            self.load(samples, first, count, into: &signal)
            signal.withUnsafeBufferPointer { signal in
                power.withUnsafeMutableBufferPointer { power in
                    scratch.withUnsafeMutableBufferPointer {
                        transform.power(of: signal, into: power, scratch: $0)
                    }
                }
            }
            for (index, band) in self.mel.bands.enumerated() {
                let sum = Self.sum(power, band)
                for lane in 0..<count { values[(first + lane) * bands + index] = sum[lane] }
            }
        }
        return values
    }

    private static func sum(_ power: [RealFFT.Lanes], _ band: MelBands.Band) -> RealFFT.Lanes {
        power.withUnsafeBufferPointer { power in
            band.weights.withUnsafeBufferPointer { weights in
                var sum = RealFFT.Lanes.zero
                for offset in 0..<weights.count { sum += power[band.first + offset] * weights[offset] }
                return sum
            }
        }
    }

    /// Puts windowed frames into the lanes.
    private func load(_ samples: [Float], _ first: Int, _ count: Int, into signal: inout [RealFFT.Lanes]) {
        let (hop, length) = (self.settings.hop, self.settings.transformLength)
        let start = first * hop - length / 2
        let isInside = count == 4 && start >= 0 && start + 3 * hop + length <= samples.count
        samples.withUnsafeBufferPointer { samples in
            self.window.withUnsafeBufferPointer { window in
                signal.withUnsafeMutableBufferPointer { signal in
                    for index in 0..<length {
                        func sample(_ lane: Int) -> Double {
                            let place = start + lane * hop + index
                            let isThere = isInside || lane < count && place >= 0 && place < samples.count
                            return isThere ? Double(samples[place]) : 0
                        }
                        signal[index] = RealFFT.Lanes(sample(0), sample(1), sample(2), sample(3)) * window[index]
                    }
                }
            }
        }
    }
}
