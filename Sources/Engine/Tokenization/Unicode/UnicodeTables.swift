// SPDX-License-Identifier: Apache-2.0

/// What Unicode's normal forms need to know about characters, worked out once.
struct UnicodeTables: Sendable {
    /// The tables, made when first used.
    static let shared = UnicodeTables()

    /// What each composed character is made of, down to characters that are not composed.
    let canonicalParts: [UInt32: [UInt32]]

    /// What each compatibility character stands for.
    let compatibleParts: [UInt32: [UInt32]]

    /// What two characters are together, by ``pair(_:_:)``.
    let compositions: [UInt64: UInt32]

    /// Whether a character of U+0000 to U+FFFF may change or change others in form C; above, ``mayChange(_:)`` knows.
    private let changesInC: [Bool]

    /// The second characters of compositions.
    private let seconds: Set<UInt32>

    private init() {
        let canonical = Self.decoded(Self.canonical)
        self.compatibleParts = Self.decoded(Self.compatible)
        self.canonicalParts = canonical
        var compositions = [UInt64: UInt32]()
        // Short ones first: the parts but the last are a character that is known already.
        for (code, parts) in canonical.sorted(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) })
        where parts.count > 1 && Unicode.Scalar(code)?.properties.isFullCompositionExclusion == false {
            var first = parts[0]
            for part in parts[1..<(parts.count - 1)] { first = compositions[Self.pair(first, part)] ?? .max }
            if first != .max { compositions[Self.pair(first, parts[parts.count - 1])] = code }
        }
        self.compositions = compositions
        let seconds = Set(compositions.keys.map { UInt32(truncatingIfNeeded: $0) })
        self.seconds = seconds
        self.changesInC = (0..<0x10000).map { Self.mayChange($0, canonical, seconds) }
    }

    /// Two characters in one number.
    static func pair(_ first: UInt32, _ second: UInt32) -> UInt64 { UInt64(first) << 32 | UInt64(second) }

    /// Whether a character may change, or change others, in form C.
    @inline(__always)
    func mayChange(_ value: UInt32) -> Bool {
        value < 0x10000
            ? self.changesInC[Int(value)] : Self.mayChange(value, self.canonicalParts, self.seconds)
    }

    private static func mayChange(_ value: UInt32, _ parts: [UInt32: [UInt32]], _ seconds: Set<UInt32>) -> Bool {
        guard let scalar = Unicode.Scalar(value), value >= 0x300 else { return false }
        return scalar.properties.canonicalCombiningClass.rawValue != 0 || seconds.contains(value)
            || (0x1161...0x11C2).contains(value)
            || (parts[value] != nil && scalar.properties.isFullCompositionExclusion)
    }

    /// Reads a table (see the script that writes them).
    private static func decoded(_ text: String) -> [UInt32: [UInt32]] {
        let bytes = Base64.decode(Array(text.utf8)) ?? []
        var offset = 0
        func number() -> Int {
            var result = 0
            var shift = 0
            while offset < bytes.count {
                let byte = bytes[offset]
                offset += 1
                result |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            return result
        }
        var result = [UInt32: [UInt32]]()
        var code = 0
        var scalar = 0
        while offset < bytes.count {
            code += number()
            result[UInt32(code)] = (0..<number()).map { _ in
                let zigzag = number()
                scalar += zigzag & 1 == 0 ? zigzag / 2 : -(zigzag + 1) / 2
                return UInt32(scalar)
            }
        }
        return result
    }
}
