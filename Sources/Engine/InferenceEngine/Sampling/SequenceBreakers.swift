// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import Tokenization

/// Sequences of tokens across which DRY finds no repetition.
package struct SequenceBreakers: Sendable {
    /// The sequences, by their last token.
    private var sequences: [Int32: [[Int32]]] = [:]

    /// No breakers.
    package static let none = Self([])

    /// Breakers that are tokens already; empty ones are ignored.
    package init(_ sequences: [[Int32]]) {
        for sequence in sequences { self.insert(sequence) }
    }

    /// All the ways in which a model's tokens can spell the breakers that the options ask for.
    ///
    /// A breaker may begin and end inside a token (`.\n` holds `\n`), or begin at the end of one and go on in the next.
    /// - Parameters:
    ///   - options: How tokens are chosen; without DRY there are no breakers.
    ///   - tokenizer: The model's tokens.
    package init(_ options: SamplingOptions, tokenizer: Tokenizer) {
        guard let dry = options.dry, dry.isActive, !dry.breakers.isEmpty else { return }
        // By their first byte.
        var texts = [[[UInt8]]](repeating: [], count: 256)
        for text in dry.breakers.map({ Array($0.utf8) }) {
            if let first = text.first { texts[Int(first)].append(text) }
        }
        var tails: [ArraySlice<UInt8>: [Int32]] = [[]: []]
        var bytes: [UInt8] = []
        for token in 0..<Int32(tokenizer.vocabularySize) where !tokenizer.isControl(token) {
            bytes.removeAll(keepingCapacity: true)
            tokenizer.appendBytes(of: token, to: &bytes)
            for start in bytes.indices {
                for text in texts[Int(bytes[start])] {
                    let part = bytes[start...].prefix(text.count)
                    guard text.starts(with: part) else { continue }
                    let rest = text[part.count...]
                    let tail = tails[rest] ?? tokenizer.encode(continuing: rest)
                    tails[rest] = tail
                    self.insert([token] + tail)
                }
            }
        }
    }

    /// Whether a breaker ends with the last of these tokens.
    func end(_ tokens: ArraySlice<Int32>) -> Bool {
        guard let last = tokens.last, let sequences = self.sequences[last] else { return false }
        return sequences.contains { $0.count <= tokens.count && tokens.suffix($0.count).elementsEqual($0) }
    }

    /// Whether a token is a breaker by itself.
    func contain(_ token: Int32) -> Bool { self.sequences[token]?.contains { $0.count == 1 } == true }

    private mutating func insert(_ sequence: [Int32]) {
        if let last = sequence.last { self.sequences[last, default: []].append(sequence) }
    }
}
