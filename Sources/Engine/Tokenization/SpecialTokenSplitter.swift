// SPDX-License-Identifier: Apache-2.0

/// Finds special tokens in text by their spelling; longer ones go first, then those further left.
struct SpecialTokenSplitter: Sendable {
    /// A stretch of the input: a special token, or text in between.
    enum Fragment: Equatable {
        case text(Range<Int>)
        case token(TokenID)
    }

    /// A token to look for.
    private struct Entry {
        var id: TokenID
        var text: [UInt8]
        /// Found only when special tokens are asked for.
        var isHidden: Bool
        /// Swallows the white space before it.
        var stripsLeft = false
        /// Swallows the white space after it.
        var stripsRight = false
    }

    /// The tokens, the longest first.
    private var entries: [Entry] = []

    /// The entries that begin with each byte.
    private var entriesByFirstByte = [[Int]](repeating: [], count: 256)

    /// Collects the tokens to look for.
    init(_ vocabulary: Vocabulary, kinds: [TokenKind]) {
        for (id, kind) in kinds.enumerated() where [.control, .userDefined, .unknown].contains(kind) {
            let text = vocabulary.tokens[id].isEmpty ? Array("[EMPTY_\(id)]".utf8) : Array(vocabulary.tokens[id])
            self.entries.append(Entry(id: TokenID(id), text: text, isHidden: kind != .userDefined))
        }
        self.entries.sort { $0.text.count > $1.text.count || ($0.text.count == $1.text.count && $0.id < $1.id) }
        self.setStripping(vocabulary)
        for (index, entry) in self.entries.enumerated() {
            self.entriesByFirstByte[Int(entry.text[0])].append(index)
        }
    }

    /// Some models' special tokens swallow white space; files do not say so, names do.
    private mutating func setStripping(_ vocabulary: Vocabulary) {
        let name = vocabulary.modelName?.lowercased() ?? ""
        let cutter = vocabulary.preTokenizer ?? ""
        if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(where: cutter.contains) {
            self.setLeftStripping("<mask>")
        } else if name.contains("phi-3") || name.contains("phi3") {
            let plain = ["<unk>", "<s>", "<|endoftext|>"].map { Array($0.utf8) }
            for index in self.entries.indices {
                self.entries[index].stripsRight = !plain.contains(self.entries[index].text)
            }
        } else if name.contains("modern-bert") {
            self.setLeftStripping("[MASK]")
        }
    }

    /// Makes one token swallow the white space before it.
    private mutating func setLeftStripping(_ text: String) {
        for index in self.entries.indices where self.entries[index].text == Array(text.utf8) {
            self.entries[index].stripsLeft = true
        }
    }

    /// Cuts a text into special tokens and what lies between.
    ///
    /// - Parameters:
    ///   - text: Any bytes.
    ///   - parseSpecial: Whether control tokens are looked for; user-defined ones always are.
    func split(_ text: UnsafeRawBufferPointer, parseSpecial: Bool) -> [Fragment] {
        guard !text.isEmpty else { return [] }
        var fragments = [Fragment.text(0..<text.count)]
        for index in self.occurring(in: text, parseSpecial: parseSpecial) {
            let entry = self.entries[index]
            var finer = [Fragment]()
            for fragment in fragments {
                if case .text(let range) = fragment {
                    Self.split(text, range, at: entry, into: &finer)
                } else {
                    finer.append(fragment)
                }
            }
            fragments = finer
        }
        return fragments
    }

    /// Which entries occur at all, in their order; one pass over the text.
    private func occurring(in text: UnsafeRawBufferPointer, parseSpecial: Bool) -> [Int] {
        var found = Set<Int>()
        var candidates = self.entriesByFirstByte.map { $0.filter { parseSpecial || !self.entries[$0].isHidden } }
        let isFirst = candidates.map { !$0.isEmpty }
        guard isFirst.contains(true) else { return [] }
        isFirst.withUnsafeBufferPointer { isFirst in
            for offset in 0..<text.count where isFirst[Int(text[offset])] {
                candidates[Int(text[offset])].removeAll { index in
                    guard Self.occurs(self.entries[index].text, in: text, at: offset) else { return false }
                    found.insert(index)
                    return true
                }
            }
        }
        return found.sorted()
    }

    /// Whether a token's text lies at an offset.
    private static func occurs(_ token: [UInt8], in text: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard offset + token.count <= text.count else { return false }
        return token.withUnsafeBytes { text.part(offset..<offset + token.count).elementsEqual($0) }
    }

    /// Cuts a stretch of text around one token.
    private static func split(
        _ text: UnsafeRawBufferPointer, _ range: Range<Int>, at entry: Entry, into fragments: inout [Fragment]
    ) {
        var start = range.lowerBound
        var offset = start
        while offset + entry.text.count <= range.upperBound {
            guard text[offset] == entry.text[0], Self.occurs(entry.text, in: text, at: offset) else {
                offset += 1
                continue
            }
            var left = offset
            while entry.stripsLeft, left > start, Self.isSpace(text[left - 1]) { left -= 1 }
            if left > start { fragments.append(.text(start..<left)) }
            fragments.append(.token(entry.id))
            offset += entry.text.count
            while entry.stripsRight, offset < range.upperBound, Self.isSpace(text[offset]) { offset += 1 }
            start = offset
        }
        if start < range.upperBound { fragments.append(.text(start..<range.upperBound)) }
    }

    /// ASCII white space.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
