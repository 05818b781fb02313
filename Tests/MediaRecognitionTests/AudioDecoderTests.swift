// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import MediaDecoding
import MultimodalInputs
import Testing

@Suite("Decoding recordings")
struct AudioDecoderTests {
    /// A recording that must be refused, and how.
    struct Hostile: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var code: MultimodalError.Code
        var testDescription: String { self.name }
    }

    @Test("WAV of two channels is mixed into one, FLAC read whole")
    func decoded() throws {
        let stereo = try AudioDecoder().decode(MediaSamples.bytes("stereo.wav"))
        #expect(stereo.rate == 44_100 && stereo.samples.count == 4_410)
        let largest = stereo.samples.map(abs).max() ?? 0
        #expect(abs(largest - 0.25) < 0.01)
        let speech = try AudioDecoder().decode(MediaSamples.bytes("speech.flac"))
        #expect(speech.rate == 22_050 && speech.seconds > 1 && speech.seconds < 4)
    }

    @Test("Samples are from -1 to 1, whatever their depth")
    func depths() throws {
        let two = try AudioDecoder().decode(MediaSamples.wave(samples: [0xFF, 0x7F, 0x00, 0x80, 0, 0]))
        #expect(two.samples.count == 3 && abs(two.samples[0] - 1) < 1e-3 && two.samples[1] == -1 && two.samples[2] == 0)
        let one = try AudioDecoder().decode(MediaSamples.wave(bits: 8, samples: [255, 0, 128]))
        #expect(one.samples[0] > 0.99 && one.samples[1] == -1 && one.samples[2] == 0)
    }

    @Test("A WAV whose writer did not know its length yet is read to its end", arguments: [UInt32(0), .max])
    func open(declared: UInt32) throws {
        let bytes = MediaSamples.wave(samples: [UInt8](repeating: 1, count: 64), declared: declared)
        #expect(try AudioDecoder().decode(bytes).samples.count == 32)
        // Nor do such writers know how long the file is.
        var streamed = bytes
        streamed.replaceSubrange(4..<8, with: bytes[40..<44])
        #expect(try AudioDecoder().decode(streamed).samples.count == 32)
    }

    @Test("A WAV without samples is refused")
    func none() {
        let error = #expect(throws: MultimodalError.self) {
            try AudioDecoder().decode(MediaSamples.wave(samples: []))
        }
        #expect(error?.code == .damaged && error?.message.contains("no samples") == true)
    }

    @Test("A FLAC whose writer did not know its length yet is read to its end")
    func openFLAC() throws {
        let whole = try MediaSamples.bytes("speech.flac")
        let open = Self.flac(whole, samples: 0)
        #expect(try AudioDecoder().decode(open) == AudioDecoder().decode(whole))
    }

    /// A FLAC that says that it has another number of samples: the last 36 of 64 bits of its STREAMINFO before the checksum.
    private static func flac(_ bytes: [UInt8], samples: UInt64) -> [UInt8] {
        var bytes = bytes
        for place in 0..<5 {
            let byte = UInt8(truncatingIfNeeded: samples >> (8 * UInt64(4 - place)))
            bytes[21 + place] = place == 0 ? bytes[21] & 0xF0 | byte & 0x0F : byte
        }
        return bytes
    }

    static func hostile() throws -> [Hostile] {
        let flac = try MediaSamples.bytes("speech.flac")
        let silence = [UInt8](repeating: 0, count: 320)
        return [
            Hostile(name: "no bytes", bytes: [], code: .damaged),
            Hostile(name: "a text", bytes: Array("Hello".utf8), code: .unknownFormat),
            Hostile(name: "an MP3", bytes: Array("ID3".utf8) + silence, code: .unknownFormat),
            Hostile(name: "a RIFF that is no WAVE", bytes: Array("RIFF\0\0\0\0AVI LIST".utf8), code: .unknownFormat),
            Hostile(
                name: "a WAV's beginning", bytes: Array(MediaSamples.wave(samples: silence)[..<12]), code: .damaged),
            Hostile(
                name: "a WAV cut off", bytes: Array(MediaSamples.wave(samples: silence).dropLast(100)), code: .damaged),
            Hostile(
                name: "a WAV that declares a gigabyte", bytes: MediaSamples.wave(samples: silence, declared: 1 << 30),
                code: .damaged),
            Hostile(name: "a WAV of no rate", bytes: MediaSamples.wave(rate: 0, samples: silence), code: .damaged),
            Hostile(
                name: "a WAV of four billion samples a second", bytes: MediaSamples.wave(rate: .max, samples: silence),
                code: .damaged),
            Hostile(
                name: "a WAV of no channels", bytes: MediaSamples.wave(channels: 0, samples: silence), code: .damaged),
            Hostile(
                name: "a WAV of 65,535 channels", bytes: MediaSamples.wave(channels: .max, samples: silence),
                code: .damaged),
            Hostile(
                name: "a WAV of 64 channels", bytes: MediaSamples.wave(channels: 64, samples: silence), code: .tooLarge),
            Hostile(name: "a WAV of no depth", bytes: MediaSamples.wave(bits: 0, samples: silence), code: .damaged),
            Hostile(name: "a FLAC's beginning", bytes: Array("fLaC".utf8), code: .damaged),
            Hostile(name: "a FLAC cut off", bytes: Array(flac[..<(flac.count / 2)]), code: .damaged),
            Hostile(
                name: "a FLAC that declares 68 billion samples", bytes: Self.flac(flac, samples: 1 << 36 - 1),
                code: .tooLarge),
            Hostile(name: "a FLAC's header alone", bytes: Array(flac[..<42]), code: .damaged),
        ]
    }

    @Test("Hostile recordings are refused with what is wrong", arguments: try hostile())
    func refused(recording: Hostile) {
        let error = #expect(throws: MultimodalError.self) { try AudioDecoder().decode(recording.bytes) }
        #expect(error?.code == recording.code, "\(error?.message ?? "")")
    }

    @Test(
        "A recording longer than it may be is refused, whether or not it says how long it is", arguments: [true, false])
    func long(says: Bool) throws {
        var limits = MediaLimits()
        limits.seconds = 0.5
        let whole = try MediaSamples.bytes("speech.flac")
        let bytes = says ? whole : Self.flac(whole, samples: 0)
        let error = #expect(throws: MultimodalError.self) { try AudioDecoder(limits: limits).decode(bytes) }
        #expect(error?.code == .tooLarge)
    }

    @Test("Files come in the order in which they were written, those that are not there first")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("written-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = ["a", "b", "c"].map { folder.appendingPathComponent($0).path }
        for (path, seconds) in zip(paths, [2_000.0, 1_000.5]) {
            try Data("x".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
        }
        #expect(MediaFile.inOrder(paths).map(\.name) == ["c", "b", "a"])
    }

    @Test(
        "Every beginning of a recording is refused; a changed one is refused or gives samples that are numbers",
        arguments: ["stereo.wav", "speech.flac"])
    func beginnings(name: String) throws {
        let whole = try MediaSamples.bytes(name)
        let bytes = whole.prefix(6_000)
        for count in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: MultimodalError.self, "\(count) bytes") {
                try AudioDecoder().decode(Array(bytes[..<count]))
            }
            var changed = whole
            changed[count] ^= 0x55
            do {
                #expect(try AudioDecoder().decode(changed).samples.allSatisfy(\.isFinite), "byte \(count)")
            } catch is MultimodalError {}
        }
    }
}
