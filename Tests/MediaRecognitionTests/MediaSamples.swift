// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The small pictures and recordings that scripts/references/media_samples.py makes, and ones that are made here.
enum MediaSamples {
    /// The bytes of a sample.
    static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: self.url(name))) }

    /// Where a sample is.
    static func url(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
    }

    /// A PNG of any header and any compressed data, with right checksums.
    static func png(
        width: UInt32, height: UInt32, depth: UInt8 = 8, colour: UInt8 = 2, data: [UInt8] = [], end: Bool = true
    ) -> [UInt8] {
        let header = Self.big(width) + Self.big(height) + [depth, colour, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
            + Self.chunk("IDAT", data) + (end ? Self.chunk("IEND", []) : [])
    }

    /// A PNG of one colour without alpha, its data in stored blocks.
    static func png(width: Int, height: Int, pixel: [UInt8], colour: UInt8) -> [UInt8] {
        let row = [UInt8(0)] + [[UInt8]](repeating: pixel, count: width).joined()
        let rows = Array([[UInt8]](repeating: row, count: height).joined())
        return Self.png(width: UInt32(width), height: UInt32(height), colour: colour, data: Self.stored(rows))
    }

    /// Bytes as zlib holds them without compressing.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var blocks: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: max(1, bytes.count), by: 65_535) {
            let part = bytes[start..<min(start + 65_535, bytes.count)]
            let count = UInt16(part.count)
            blocks.append(start + 65_535 >= bytes.count ? 1 : 0)
            blocks += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)] + part
        }
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return blocks + Self.big(b << 16 | a)
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in body {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return Self.big(UInt32(data.count)) + body + Self.big(~sum)
    }

    /// A WAV of any header.
    static func wave(
        rate: UInt32 = 16_000, channels: UInt16 = 1, bits: UInt16 = 16, samples: [UInt8], declared: UInt32? = nil
    ) -> [UInt8] {
        let size = UInt32(channels) * UInt32(bits) / 8
        let format =
            Self.little(1 as UInt16) + Self.little(channels) + Self.little(rate) + Self.little(rate &* size)
            + Self.little(UInt16(truncatingIfNeeded: size)) + Self.little(bits)
        let data = Self.little(declared ?? UInt32(samples.count)) + samples
        let body = Array("WAVEfmt ".utf8) + Self.little(UInt32(16)) + format + Array("data".utf8) + data
        return Array("RIFF".utf8) + Self.little(UInt32(body.count)) + body
    }

    private static func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}
