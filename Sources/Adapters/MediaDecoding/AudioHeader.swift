// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of a recording say, read without a library.
package enum AudioHeader: Sendable, Hashable {
    /// RIFF WAVE; how many bytes of samples it declares beyond those that are there, and where their number stands if its
    /// writer left it 0 before samples.
    case wave(missing: Int, unsetLength: Range<Int>?)
    /// FLAC.
    case flac

    /// Reads a header; nil where the bytes are of no format that is read here.
    package init?(_ bytes: [UInt8]) {
        if bytes.starts(with: Array("fLaC".utf8)) {
            self = .flac
        } else if bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)), bytes[8..<12].elementsEqual("WAVE".utf8) {
            self = Self.wave(bytes)
        } else {
            return nil
        }
    }

    /// The media type.
    package var mediaType: String {
        switch self {
        case .wave: "audio/wav"
        case .flac: "audio/flac"
        }
    }

    /// Looks for the chunk of samples; one of a program that did not know the length yet lacks nothing.
    private static func wave(_ bytes: [UInt8]) -> AudioHeader {
        var place = 12
        while place + 8 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[place + 4 + $1]) << (8 * $1) }
            if bytes[place..<place + 4].elementsEqual("data".utf8) {
                let there = bytes.count - place - 8
                if length == 0, there > 0 { return .wave(missing: 0, unsetLength: place + 4..<place + 8) }
                return .wave(missing: length >= 0x7FFF_F000 ? 0 : max(0, length - there), unsetLength: nil)
            }
            place += 8 + length + length % 2
        }
        return .wave(missing: 0, unsetLength: nil)
    }
}
