// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import MultimodalInputs
import Testing

@Suite("Mel spectra and cepstra")
struct SpectralConverterTests {
    private static func cases() throws -> [JSONValue] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/mel_features", withExtension: "json"))
        return try JSONValue(parsing: Array(Data(contentsOf: url))).arrayValue ?? []
    }

    /// The signal that scripts/references/mel_features.py makes.
    private static func signal(_ count: Int) throws -> AudioSamples {
        var state = 12_345
        let samples = (0..<count).map { index in
            state = (1_103_515_245 * state + 12_345) % (1 << 31)
            let noise = Double(state) / Double(1 << 30) - 1
            let time = Double(index) / 16_000
            let tones = 0.5 * sin(2 * Double.pi * 440 * time) + 0.2 * sin(2 * Double.pi * (500 + 4_000 * time) * time)
            let isSilent = count / 2 <= index && index < count / 2 + 1_600
            return isSilent ? 0 : Float(tones + 0.01 * noise)
        }
        return try AudioSamples(samples, rate: 16_000)
    }

    @Test("Figures are librosa's to 1e-4", arguments: ["speech", "librosa", "htk"])
    func reference(name: String) throws {
        let reference = try #require(try Self.cases().first { $0["name"]?.stringValue == name })
        func number(_ key: String) throws -> Int { try #require(reference[key]?.integerValue) }
        var settings = SpectralSettings()
        settings.transformLength = try number("n_fft")
        settings.windowLength = try number("win_length")
        settings.hop = try number("hop_length")
        settings.bands = try number("n_mels")
        settings.coefficients = try number("n_mfcc")
        settings.scale = reference["htk"] == true ? .htk : .slaney
        settings.lowest = reference["fmin"]?.numberValue ?? 0
        settings.highest = reference["fmax"]?.numberValue
        let converter = try SpectralConverter(settings)
        let audio = try Self.signal(number("samples"))
        for (key, features) in [("log_mel", try converter.logMel(audio)), ("mfcc", try converter.mfcc(audio))] {
            let rows = try #require(reference[key]?.arrayValue)
            #expect(features.frames == rows.count && features.width == rows.first?.arrayValue?.count)
            let expected = rows.flatMap { $0.arrayValue ?? [] }.compactMap(\.numberValue)
            let differences = zip(features.values, expected).map { abs(Double($0) - $1) }
            #expect(try #require(differences.max()) < 1e-4, "of \(key)")
        }
    }

    @Test(
        "Recordings of nothing and of one sample have as many frames as librosa gives them",
        arguments: [0, 1, 159, 160])
    func short(count: Int) throws {
        let converter = try SpectralConverter()
        let features = try converter.mfcc(AudioSamples([Float](repeating: 0.1, count: count), rate: 16_000))
        #expect(features.frames == (count == 0 ? 0 : count / 160 + 1) && features.values.allSatisfy(\.isFinite))
        #expect(features.summary.count == (count == 0 ? 0 : 26))
    }

    @Test("Settings and rates that cannot be are refused")
    func refused() throws {
        var settings = SpectralSettings()
        settings.transformLength = 500
        #expect(throws: MultimodalError.self) { try SpectralConverter(settings) }
        settings = SpectralSettings()
        settings.highest = 9_000
        #expect(throws: MultimodalError.self) { try SpectralConverter(settings) }
        let audio = try AudioSamples([0], rate: 8_000)
        #expect(throws: MultimodalError.self) { try SpectralConverter().mfcc(audio) }
    }
}
