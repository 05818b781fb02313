// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// SentencePiece's compiled table of replacements: a double-array trie and the texts it leads to.
///
/// The file is foreign; every step checks its bounds.
struct PrecompiledMap: Sendable {
    /// The trie's nodes.
    private let units: [UInt32]

    /// The replacements, each ended by a zero byte.
    private let texts: [UInt8]

    /// Reads the table from its Base64 form.
    ///
    /// - Throws: ``TokenizerError`` when it is none.
    init(base64: [UInt8], part: TokenizerPart) throws {
        guard let bytes = Base64.decode(base64), bytes.count >= 4 else {
            throw part.malformed("'precompiled_charsmap' is no Base64 text of a table")
        }
        let size = Int(Self.number(bytes, 0))
        guard size % 4 == 0, size > 0, size <= bytes.count - 4 else {
            throw part.malformed("the trie of 'precompiled_charsmap' does not fit into its \(bytes.count) bytes")
        }
        self.units = stride(from: 4, to: 4 + size, by: 4).map { Self.number(bytes, $0) }
        self.texts = Array(bytes[(4 + size)...])
        guard String(validating: self.texts, as: UTF8.self) != nil else {
            throw part.malformed("the texts of 'precompiled_charsmap' are not UTF-8")
        }
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    /// Replaces what the table knows, whole user-perceived characters first, then single scalars.
    func apply(_ text: [UInt8]) -> [UInt8] {
        var result = [UInt8]()
        result.reserveCapacity(text.count)
        for character in String(decoding: text, as: UTF8.self) {
            let bytes = Array(character.utf8)
            // The reference looks up short clusters only.
            if bytes.count < 6, let range = self.find(bytes) {
                result.append(contentsOf: self.texts[range])
                continue
            }
            for scalar in character.unicodeScalars {
                let bytes = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                if let range = self.find(bytes) {
                    result.append(contentsOf: self.texts[range])
                } else {
                    result.append(contentsOf: bytes)
                }
            }
        }
        return result
    }

    /// The replacement for the shortest beginning of a key that has one, as the reference takes it.
    private func find(_ key: [UInt8]) -> Range<Int>? {
        guard var node = self.next(0) else { return nil }
        for byte in key where byte != 0 {
            node ^= Int(byte)
            guard node < self.units.count, self.units[node] & 0x8000_00FF == UInt32(byte) else { return nil }
            let hasLeaf = self.units[node] >> 8 & 1 == 1
            guard let following = self.next(node) else { return nil }
            node = following
            if hasLeaf {
                let start = Int(self.units[node] & 0x7FFF_FFFF)
                guard start < self.texts.count else { return nil }
                let end = self.texts[start...].firstIndex(of: 0) ?? self.texts.count
                return start..<end
            }
        }
        return nil
    }

    /// Where a node's children begin, or nil when that is outside the trie.
    private func next(_ node: Int) -> Int? {
        guard node < self.units.count else { return nil }
        let unit = self.units[node]
        let following = node ^ Int((unit >> 10) << ((unit & 0x200) >> 6))
        return following < self.units.count ? following : nil
    }
}
