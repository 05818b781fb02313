// SPDX-License-Identifier: Apache-2.0

package import MultimodalInputs

/// What the first bytes of a picture say, read without a library.
package struct ImageHeader: Sendable, Hashable {
    /// How pictures are encoded.
    package enum Format: String, Sendable, Hashable, CaseIterable {
        /// JPEG.
        case jpeg = "image/jpeg"
        /// PNG.
        case png = "image/png"
    }

    /// How it is encoded.
    package var format: Format
    /// How the camera was held.
    package var orientation = ImageOrientation.upright

    /// Reads a header; nil where the bytes are of no format that is read here.
    package init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self.format = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self.format = .jpeg
            self.orientation = Self.orientation(bytes) ?? .upright
        } else {
            return nil
        }
    }

    /// The orientation that a JPEG's Exif segment gives; nil where there is none, or it is damaged.
    private static func orientation(_ bytes: [UInt8]) -> ImageOrientation? {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let (marker, length) = (bytes[place + 1], Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            // The picture's data begins, or the segment is longer than the file.
            guard marker != 0xDA, length >= 2, place + 2 + length <= bytes.count else { return nil }
            let segment = bytes[place + 4..<place + 2 + length]
            if marker == 0xE1, segment.starts(with: Array("Exif\0\0".utf8)) {
                return Self.tag(0x0112, in: Array(segment.dropFirst(6))).flatMap { ImageOrientation(rawValue: $0) }
            }
            place += 2 + length
        }
        return nil
    }

    /// A short number of the first directory of a TIFF file.
    private static func tag(_ wanted: Int, in tiff: [UInt8]) -> Int? {
        let isLittle = tiff.starts(with: Array("II".utf8))
        guard isLittle || tiff.starts(with: Array("MM".utf8)) else { return nil }
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place >= 0, place <= tiff.count - count else { return nil }
            let bytes = tiff[place..<place + count]
            return (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let start = number(4, 4), let count = number(start, 2) else { return nil }
        for entry in 0..<count {
            let place = start + 2 + 12 * entry
            guard let tag = number(place, 2) else { return nil }
            if tag == wanted, number(place + 2, 2) == 3 { return number(place + 8, 2) }
        }
        return nil
    }
}
