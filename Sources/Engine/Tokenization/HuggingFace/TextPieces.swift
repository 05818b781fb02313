// SPDX-License-Identifier: Apache-2.0

/// Where a text stands in what is encoded.
enum TextPlace: Sendable {
    /// At the very beginning, before any special token.
    case start
    /// Behind a special token.
    case inside
    /// Where another text ends, without anything between them.
    case continuation
}

/// A text on its way to the model: its bytes, and the pieces they are cut into.
struct TextPieces {
    /// The text, valid UTF-8.
    var bytes: [UInt8]

    /// The pieces in the text's order, none of them empty; what lies between them is gone.
    var ranges: [Range<Int>]

    /// Where the text stands.
    let place: TextPlace

    /// One text as one piece.
    init(_ bytes: [UInt8], at place: TextPlace) {
        self.bytes = bytes
        self.ranges = bytes.isEmpty ? [] : [0..<bytes.count]
        self.place = place
    }

    /// Writes every piece anew.
    ///
    /// - Parameter body: Gets a piece and where to append what becomes of it.
    mutating func rewrite(_ body: (UnsafeBufferPointer<UInt8>, Range<Int>, inout [UInt8]) -> Void) {
        var output = [UInt8]()
        output.reserveCapacity(self.bytes.count + self.bytes.count / 2)
        var ranges = [Range<Int>]()
        ranges.reserveCapacity(self.ranges.count)
        self.bytes.withUnsafeBufferPointer { bytes in
            for range in self.ranges {
                let start = output.count
                body(bytes, range, &output)
                if output.count > start { ranges.append(start..<output.count) }
            }
        }
        (self.bytes, self.ranges) = (output, ranges)
    }

    /// Cuts every piece.
    ///
    /// - Parameter body: Gets a piece and where to append the pieces it is cut into; empty ones are left out.
    mutating func cut(_ body: (UnsafeBufferPointer<UInt8>, Range<Int>, inout [Range<Int>]) -> Void) {
        var ranges = [Range<Int>]()
        ranges.reserveCapacity(max(self.ranges.count, self.bytes.count / 4))
        self.bytes.withUnsafeBufferPointer { bytes in
            for range in self.ranges { body(bytes, range, &ranges) }
        }
        ranges.removeAll(where: \.isEmpty)
        self.ranges = ranges
    }
}
