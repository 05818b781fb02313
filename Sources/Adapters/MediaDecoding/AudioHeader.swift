// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of a recording say, read without a library.
package enum AudioHeader: Sendable, Hashable {
    /// RIFF WAVE; how many bytes of samples it declares beyond those that are there.
    case wave(missing: Int)
    /// FLAC.
    case flac

    /// Reads a header; nil where the bytes are of no format that is read here.
    package init?(_ bytes: [UInt8]) {
        if bytes.starts(with: Array("fLaC".utf8)) {
            self = .flac
        } else if bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)), bytes[8..<12].elementsEqual("WAVE".utf8) {
            self = .wave(missing: Self.missing(bytes))
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

    /// How many bytes the chunk of samples lacks; those that a program writes who does not know the length yet lack none.
    private static func missing(_ bytes: [UInt8]) -> Int {
        var place = 12
        while place + 8 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[place + 4 + $1]) << (8 * $1) }
            if bytes[place..<place + 4].elementsEqual("data".utf8) {
                let isOpen = length == 0 || length >= 0x7FFF_F000
                return isOpen ? 0 : max(0, length - (bytes.count - place - 8))
            }
            place += 8 + length + length % 2
        }
        return 0
    }
}
