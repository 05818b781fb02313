// SPDX-License-Identifier: Apache-2.0

extension SplitStep {
    /// Cuts as GPT-2's pattern does: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
    static func splitGPT2(_ text: ScalarText, _ start: Int, _ end: Int, _ ends: inout [Int]) {
        var offset = start
        while offset < end {
            let (value, length) = text.scalar(at: offset)
            let contraction = value == 0x27 ? Self.contraction(text, offset, end, foldingCase: false) : 0
            if contraction > 0 {
                offset += contraction
            } else {
                let body = value == 0x20 ? offset + 1 : offset
                let kind = body == offset ? text.classify(value) : text.scalarClass(at: body, end: end).kind
                if kind == .letter {
                    offset = text.runEnd(of: .letter, from: body, end: end)
                } else if kind == .number {
                    offset = text.runEnd(of: .number, from: body, end: end)
                } else if !kind.isDisjoint(with: .symbol) {
                    offset = text.runEnd(of: .symbol, from: body, end: end)
                } else {
                    offset = Self.spaceEnd(text, offset, end) ?? offset + length
                }
            }
            ends.append(offset)
        }
    }

    /// Cuts as the pattern of Llama 3 (three digits) and Qwen 2 (one digit) does.
    ///
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    static func splitWords(
        _ text: ScalarText, _ start: Int, _ end: Int, digits: Int, foldsLongS: Bool, _ ends: inout [Int]
    ) {
        var offset = start
        while offset < end {
            offset = Self.wordEnd(text, offset, end, digits: digits, foldsLongS: foldsLongS)
            ends.append(offset)
        }
    }

    /// Where the word that begins here ends.
    @inline(__always)
    private static func wordEnd(
        _ text: ScalarText, _ offset: Int, _ end: Int, digits: Int, foldsLongS: Bool
    ) -> Int {
        let (value, length) = text.scalar(at: offset)
        let kind = text.classify(value)
        if value == 0x27 {
            let contraction = Self.contraction(text, offset, end, foldingCase: true)
            if contraction > 0 { return offset + contraction }
            // U+017F is an s where case is ignored.
            if foldsLongS, offset + 2 < end, text.bytes[offset + 1] == 0xC5, text.bytes[offset + 2] == 0xBF {
                return offset + 3
            }
        }
        if kind == .number { return Self.numberEnd(text, offset, end, digits: digits) }
        let isLineBreak = value == 0x0A || value == 0x0D
        let next = offset + length
        if kind == .letter || (!isLineBreak && text.scalarClass(at: next, end: end).kind == .letter) {
            return text.runEnd(of: .letter, from: next, end: end)
        }
        let body = value == 0x20 ? next : offset
        let bodyKind = body == offset ? kind : text.scalarClass(at: body, end: end).kind
        if !bodyKind.isDisjoint(with: .symbol) {
            var stop = text.runEnd(of: .symbol, from: body, end: end)
            while stop < end, text.bytes[stop] == 0x0A || text.bytes[stop] == 0x0D { stop += 1 }
            return stop
        }
        return Self.lineBreakEnd(text, offset, end) ?? Self.spaceEnd(text, offset, end) ?? next
    }

    /// Where a number of at most so many digits ends.
    private static func numberEnd(_ text: ScalarText, _ start: Int, _ end: Int, digits: Int) -> Int {
        var offset = start
        for _ in 0..<digits {
            let (kind, length) = text.scalarClass(at: offset, end: end)
            guard kind == .number else { break }
            offset += length
        }
        return offset
    }

    /// Where white space up to its last line break ends, or nil when it has none.
    private static func lineBreakEnd(_ text: ScalarText, _ start: Int, _ end: Int) -> Int? {
        var offset = start
        var last: Int?
        while offset < end {
            let (value, length) = text.scalar(at: offset)
            guard text.classify(value) == .space else { break }
            offset += length
            if value == 0x0A || value == 0x0D { last = offset }
        }
        return last
    }

    /// Where white space ends that is a word by itself; its last character belongs to a word that follows.
    @inline(__always)
    private static func spaceEnd(_ text: ScalarText, _ start: Int, _ end: Int) -> Int? {
        var offset = start
        var beforeLast = start
        while offset < end {
            let (kind, length) = text.scalarClass(at: offset, end: end)
            guard kind == .space else { break }
            beforeLast = offset
            offset += length
        }
        guard offset > start else { return nil }
        return offset < end && beforeLast > start ? beforeLast : offset
    }

    /// The length of a contraction such as `'ll` at an apostrophe, or 0.
    private static func contraction(_ text: ScalarText, _ offset: Int, _ end: Int, foldingCase: Bool) -> Int {
        func letter(_ place: Int) -> UInt8 {
            guard offset + place < end else { return 0 }
            let byte = text.bytes[offset + place]
            return foldingCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
        }
        switch letter(1) {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"): return letter(2) == UInt8(ascii: "e") ? 3 : 0
        case UInt8(ascii: "l"): return letter(2) == UInt8(ascii: "l") ? 3 : 0
        default: return 0
        }
    }
}
