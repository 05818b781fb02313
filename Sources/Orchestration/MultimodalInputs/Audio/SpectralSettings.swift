// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How recordings become mel spectra and cepstra; the names and meanings are librosa's.
public struct SpectralSettings: Sendable, Hashable {
    /// The scale on which bands are spread evenly.
    public enum MelScale: String, Sendable, Hashable, CaseIterable {
        /// Even below 1 kHz and logarithmic above, with bands of equal area (`htk=False, norm="slaney"`).
        case slaney
        /// Logarithmic, with bands of equal height (`htk=True, norm=None`).
        case htk
    }

    /// Samples a second.
    public var rate = 16_000
    /// Samples of a transform, a power of two (`n_fft`).
    public var transformLength = 512
    /// Samples under the window (`win_length`).
    public var windowLength = 400
    /// Samples from one frame to the next (`hop_length`).
    public var hop = 160
    /// Bands (`n_mels`).
    public var bands = 40
    /// Cepstral coefficients (`n_mfcc`).
    public var coefficients = 13
    /// The lowest frequency in Hz (`fmin`).
    public var lowest = 0.0
    /// The highest frequency in Hz; nil for half the rate (`fmax`).
    public var highest: Double?
    /// The scale of the bands.
    public var scale = MelScale.slaney
    /// How far below the loudest value of a recording others may lie, in dB (`top_db`); nil for any.
    public var range: Double? = 80

    /// 25 ms windows every 10 ms, 40 bands, 13 coefficients.
    public init() {}

    /// - Throws: ``MultimodalError`` with code `.invalidSetting` where a number cannot be.
    func check() throws {
        let highest = self.highest ?? Double(self.rate) / 2
        let isPower = self.transformLength.nonzeroBitCount == 1
        guard (1_000...768_000).contains(self.rate), isPower, (8...65_536).contains(self.transformLength),
            (1...self.transformLength).contains(self.windowLength), (1...65_536).contains(self.hop),
            (1...1_024).contains(self.bands), (1...self.bands).contains(self.coefficients), self.lowest >= 0,
            highest > self.lowest, highest <= Double(self.rate) / 2, self.range.map({ $0 >= 0 }) ?? true
        else {
            throw MultimodalError(
                .invalidSetting,
                "These settings of spectra cannot be: rates are 1,000 to 768,000, transforms a power of two from 8 to 65,536 and at least as long as the window, bands 1 to 1,024 and not fewer than coefficients, frequencies below half the rate."
            )
        }
    }
}
