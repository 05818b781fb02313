// SPDX-License-Identifier: Apache-2.0

/// The scripts that languages are told by; ranges are those of the Unicode Standard's blocks.
enum UnicodeScript: String, Hashable {
    case latin, han, kana, hangul, cyrillic, greek, arabic, hebrew, devanagari, thai

    /// The script of a letter; nil for digits, punctuation and other scripts.
    init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F: self = .cyrillic
        case 0x590...0x5FF: self = .hebrew
        case 0x600...0x6FF, 0x750...0x77F, 0xFB50...0xFDFF, 0xFE70...0xFEFC: self = .arabic
        case 0x900...0x97F: self = .devanagari
        case 0xE00...0xE7F: self = .thai
        case 0x3041...0x30FF, 0xFF66...0xFF9D: self = .kana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF: self = .han
        case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7A3: self = .hangul
        default: return nil
        }
    }

    /// The language of a text in this script, by the letters that only some of its languages have.
    func language(of text: some Sequence<Unicode.Scalar>) -> String {
        switch self {
        case .latin: "und"
        case .han: "zh"
        case .kana: "ja"
        case .hangul: "ko"
        case .greek: "el"
        case .hebrew: "he"
        case .devanagari: "hi"
        case .thai: "th"
        case .arabic: Self.has(text, "پچژگی") ? "fa" : "ar"
        case .cyrillic:
            Self.has(text, "іїєґІЇЄҐ")
                ? "uk"
                : Self.has(text, "јљњћђџЈЉЊЋЂЏ")
                    ? "sr" : !Self.has(text, "ыэёЫЭЁ") && Self.has(text, "ъЪ") ? "bg" : "ru"
        }
    }

    private static func has(_ text: some Sequence<Unicode.Scalar>, _ letters: String) -> Bool {
        let letters = Set(letters.unicodeScalars)
        return text.contains { letters.contains($0) }
    }
}
