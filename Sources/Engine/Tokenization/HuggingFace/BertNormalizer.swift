// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// How BERT models see text: no control characters, one kind of space, Chinese characters set apart, no accents.
struct BertNormalizer: Sendable {
    private let cleansText: Bool
    private let separatesChinese: Bool
    private let stripsAccents: Bool
    private let lowercases: Bool

    /// Reads the settings.
    init(_ part: TokenizerPart) {
        self.cleansText = part.bool("clean_text", true)
        self.separatesChinese = part.bool("handle_chinese_chars", true)
        self.lowercases = part.bool("lowercase", true)
        self.stripsAccents = part.bool("strip_accents", self.lowercases)
    }

    /// Changes a text.
    func apply(_ text: [UInt8]) -> [UInt8] {
        var scalars = ScalarBytes.scalars(text)
        if self.cleansText { scalars = Self.cleaned(scalars) }
        if self.separatesChinese { scalars = Self.separated(scalars) }
        if self.stripsAccents {
            scalars = NormalForm.decomposed.apply(scalars)
                .filter { $0 < 0x300 || !GeneralCategory.nonspacingMark.contains(scalar: $0) }
        }
        if self.lowercases {
            var lower = [UInt32]()
            lower.reserveCapacity(scalars.count)
            for scalar in scalars { ScalarBytes.lowercase(scalar, into: &lower) }
            scalars = lower
        }
        return ScalarBytes.bytes(scalars)
    }

    /// Takes control characters out and makes every white space a space.
    private static func cleaned(_ scalars: [UInt32]) -> [UInt32] {
        scalars.compactMap { scalar in
            if (0x21..<0x7F).contains(scalar) { return scalar }
            let isBreak = scalar == 0x09 || scalar == 0x0A || scalar == 0x0D
            if scalar == 0 || scalar == 0xFFFD || (!isBreak && GeneralCategory.control.contains(scalar: scalar)) {
                return nil
            }
            return ScalarBytes.isSpace(scalar) ? 0x20 : scalar
        }
    }

    /// Puts spaces around Chinese characters.
    private static func separated(_ scalars: [UInt32]) -> [UInt32] {
        guard scalars.contains(where: Self.isChinese) else { return scalars }
        return scalars.flatMap { Self.isChinese($0) ? [0x20, $0, 0x20] : [$0] }
    }

    /// Whether a character is one of the CJK ideographs that BERT's authors listed.
    private static func isChinese(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B820...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
