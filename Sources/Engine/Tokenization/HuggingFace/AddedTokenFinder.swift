// SPDX-License-Identifier: Apache-2.0

/// Finds added tokens in text: at each place the longest, from left to right.
struct AddedTokenFinder: Sendable {
    /// A stretch of the input: a token, or text in between.
    struct Fragment: Equatable {
        var range: Range<Int>
        var token: TokenID?
    }

    /// The tokens.
    private let tokens: [AddedToken]

    /// The nodes of a trie: the node behind a node and a byte.
    private var children: [UInt64: Int32] = [:]

    /// The token that ends at each node, or -1.
    private var ends: [Int32] = [-1]

    /// Whether a token begins with each byte.
    private var begins = [Bool](repeating: false, count: 256)

    /// Collects tokens; of two with the same text, the first counts.
    ///
    /// - Parameters:
    ///   - tokens: The tokens.
    ///   - spelling: What a token's text is in the texts to be searched.
    init(_ tokens: [AddedToken], spelling: (AddedToken) -> [UInt8]) {
        self.tokens = tokens
        for (index, token) in tokens.enumerated() {
            let text = spelling(token)
            guard let first = text.first else { continue }
            self.begins[Int(first)] = true
            var node: Int32 = 0
            for byte in text {
                let key = Self.key(node, byte)
                if let next = self.children[key] {
                    node = next
                } else {
                    self.children[key] = Int32(self.ends.count)
                    node = Int32(self.ends.count)
                    self.ends.append(-1)
                }
            }
            if self.ends[Int(node)] < 0 { self.ends[Int(node)] = Int32(index) }
        }
    }

    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }

    /// Cuts a text at the tokens in it.
    ///
    /// - Parameters:
    ///   - text: Valid UTF-8.
    ///   - parseSpecial: Whether tokens that steer the model are found.
    func fragments(in text: UnsafeBufferPointer<UInt8>, parseSpecial: Bool) -> [Fragment] {
        guard !self.tokens.isEmpty else { return text.isEmpty ? [] : [Fragment(range: 0..<text.count)] }
        var result = [Fragment]()
        var start = 0
        var offset = 0
        while offset < text.count {
            guard self.begins[Int(text[offset])], let (token, end) = self.longest(in: text, at: offset) else {
                offset += 1
                continue
            }
            let match = offset..<end
            offset = end
            if token.isSpecial, !parseSpecial { continue }
            if token.isSingleWord, Self.touchesWord(match, text) { continue }
            let left = token.stripsLeft ? max(start, Self.spaceStart(text, match.lowerBound)) : match.lowerBound
            let right = token.stripsRight ? Self.spaceEnd(text, match.upperBound) : match.upperBound
            if left > start { result.append(Fragment(range: start..<left)) }
            result.append(Fragment(range: min(left, right)..<right, token: token.id))
            start = right
        }
        if start < text.count { result.append(Fragment(range: start..<text.count)) }
        return result
    }

    /// The longest token that begins at a byte.
    private func longest(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (AddedToken, end: Int)? {
        var node: Int32 = 0
        var found: (AddedToken, Int)?
        var offset = start
        while offset < text.count, let next = self.children[Self.key(node, text[offset])] {
            node = next
            offset += 1
            if self.ends[Int(node)] >= 0 { found = (self.tokens[Int(self.ends[Int(node)])], offset) }
        }
        return found
    }

    /// Whether a letter, digit or the like stands directly before or behind a match.
    private static func touchesWord(_ match: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if match.upperBound < text.count, ScalarBytes.isWord(ScalarBytes.scalar(text, match.upperBound).value) {
            return true
        }
        guard match.lowerBound > 0 else { return false }
        let previous = Self.previous(text, match.lowerBound)
        return ScalarBytes.isWord(ScalarBytes.scalar(text, previous).value)
    }

    /// Where the character before a byte begins.
    private static func previous(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var offset = offset - 1
        while offset > 0, text[offset] & 0xC0 == 0x80 { offset -= 1 }
        return offset
    }

    /// Where the white space before a byte begins.
    private static func spaceStart(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var offset = offset
        while offset > 0 {
            let previous = Self.previous(text, offset)
            guard ScalarBytes.isSpace(ScalarBytes.scalar(text, previous).value) else { break }
            offset = previous
        }
        return offset
    }

    /// Where the white space behind a byte ends.
    private static func spaceEnd(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        var offset = offset
        while offset < text.count {
            let (value, length) = ScalarBytes.scalar(text, offset)
            guard ScalarBytes.isSpace(value) else { break }
            offset += length
        }
        return offset
    }
}
