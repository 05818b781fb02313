// SPDX-License-Identifier: Apache-2.0

/// Makes new inputs out of old ones, the same for the same seed.
struct Mutator {
    /// The inputs to start from.
    private let corpus: [[UInt8]]

    /// The state of a splitmix64 generator.
    private var state: UInt64

    /// Numbers that readers get wrong.
    private static let edges: [UInt64] = [
        0, 1, 2, 3, 7, 8, 12, 13, 31, 32, 127, 128, 255, 256, 65_535, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32,
        1 << 62, 1 << 63 - 1, 1 << 63, .max - 31, .max,
    ]

    /// Starts from a corpus.
    init(corpus: [[UInt8]], seed: UInt64) {
        self.corpus = corpus
        self.state = seed
    }

    /// The next input.
    mutating func next() -> [UInt8] {
        var bytes = self.corpus[self.below(self.corpus.count)]
        // Sizes and types stand near the front; half of the mutations go there.
        for _ in 0...self.below(6) where !bytes.isEmpty {
            let reach = self.below(2) == 0 ? min(bytes.count, 512) : bytes.count
            let place = self.below(reach)
            switch self.below(8) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: self.random())
            case 1: bytes[place] ^= 1 << UInt8(self.below(8))
            case 2: self.overwrite(&bytes, place, width: 8)
            case 3: self.overwrite(&bytes, place, width: 4)
            case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + self.below(16)))
            case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + self.below(32))], at: place)
            case 6: bytes.removeLast(self.below(bytes.count))
            default: bytes.replaceSubrange(place..<place, with: (0...self.below(8)).map { _ in UInt8(self.below(256)) })
            }
        }
        return bytes
    }

    /// Writes an edge number over some bytes.
    private mutating func overwrite(_ bytes: inout [UInt8], _ place: Int, width: Int) {
        let number = Self.edges[self.below(Self.edges.count)]
        for index in 0..<width where place + index < bytes.count {
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
        }
    }

    /// A number below a bound.
    private mutating func below(_ bound: Int) -> Int { Int(self.random() % UInt64(max(1, bound))) }

    /// The next number of splitmix64.
    private mutating func random() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
