// SPDX-License-Identifier: Apache-2.0

/// The code points that host names allow next to certain others only (RFC 5892, appendix A).
enum JoinerContext {
    typealias Rule = @Sendable (_ label: [Unicode.Scalar], _ index: Int) -> Bool

    /// The rule for a code point, or nil where there is none.
    static func rule(for scalar: Unicode.Scalar) -> Rule? {
        switch scalar.value {
        case 0x200C: { self.followsVirama($0, $1) || self.joinsBothSides($0, $1) }
        case 0x200D: self.followsVirama
        case 0xB7: { $1 > 0 && $0[$1 - 1] == "l" && $1 + 1 < $0.count && $0[$1 + 1] == "l" }
        case 0x375: { $1 + 1 < $0.count && self.isGreek($0[$1 + 1]) }
        case 0x5F3, 0x5F4: { $1 > 0 && self.isHebrew($0[$1 - 1]) }
        case 0x30FB: { label, _ in label.contains(where: self.isJapanese) }
        case 0x660...0x669: { label, _ in !label.contains { (0x6F0...0x6F9).contains($0.value) } }
        case 0x6F0...0x6F9: { label, _ in !label.contains { (0x660...0x669).contains($0.value) } }
        default: nil
        }
    }

    private static func followsVirama(_ label: [Unicode.Scalar], _ index: Int) -> Bool {
        index > 0 && label[index - 1].properties.canonicalCombiningClass == .virama
    }

    /// Whether letters that join stand on both sides, marks between them aside.
    private static func joinsBothSides(_ label: [Unicode.Scalar], _ index: Int) -> Bool {
        let before = label[..<index].last { !$0.properties.generalCategory.isMark }
        let after = label[(index + 1)...].first { !$0.properties.generalCategory.isMark }
        guard let before, let after else { return false }
        return self.isJoining(before) && !self.joinsOnlyBefore(before) && self.isJoining(after)
    }

    /// Letters of the scripts whose letters join: Arabic, Syriac, N'Ko, Mandaic, Mongolian.
    private static func isJoining(_ scalar: Unicode.Scalar) -> Bool {
        let blocks: [ClosedRange<UInt32>] = [0x620...0x7FF, 0x840...0x8FF, 0x1820...0x18AA]
        return blocks.contains { $0.contains(scalar.value) } && scalar.properties.isAlphabetic
            && ![0x621, 0x674].contains(scalar.value)
    }

    /// Arabic letters that join to the one before them only.
    private static func joinsOnlyBefore(_ scalar: Unicode.Scalar) -> Bool {
        let ranges: [ClosedRange<UInt32>] = [
            0x622...0x625, 0x627...0x627, 0x629...0x629, 0x62F...0x632, 0x648...0x648, 0x671...0x677, 0x688...0x699,
            0x6C0...0x6C0, 0x6C3...0x6CB, 0x6CD...0x6CD, 0x6CF...0x6CF, 0x6D2...0x6D5, 0x6EE...0x6EF,
        ]
        return ranges.contains { $0.contains(scalar.value) }
    }

    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        (0x370...0x3FF).contains(scalar.value) || (0x1F00...0x1FFF).contains(scalar.value)
    }

    private static func isHebrew(_ scalar: Unicode.Scalar) -> Bool {
        (0x591...0x5F4).contains(scalar.value) || (0xFB1D...0xFB4F).contains(scalar.value)
    }

    private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value != 0x30FB else { return false }
        let kana: [ClosedRange<UInt32>] = [0x3041...0x309F, 0x30A1...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D]
        return scalar.properties.isIdeographic || kana.contains { $0.contains(scalar.value) }
    }
}
