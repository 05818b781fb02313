// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

/// Finds the tokens that must come next, so that no model needs to be asked for them.
///
/// The bytes that are the only ones possible are cut into tokens as the tokenizer does it by itself. The end is left to the
/// model where a token of it could also be the beginning of a longer one that goes on beyond what is forced: which of the
/// two it writes is its choice (as llguidance does it).
struct ForcedTokens {
    let vocabulary: ConstraintVocabulary

    /// Bytes looked ahead.
    private static let longest = 4096

    /// The tokens from a state.
    func tokens(_ automaton: some ByteAutomaton, from state: AutomatonState) -> [TokenID] {
        var bytes: [UInt8] = []
        var end = state
        while bytes.count < Self.longest, !automaton.accepts(end), let only = Self.onlyByte(automaton, end) {
            bytes.append(only.byte)
            end = only.state
        }
        // A single byte is hardly a token's worth of computing.
        guard bytes.count > 1 else { return [] }
        let tokenizer = self.vocabulary.tokenizer
        var tokens = tokenizer.encode(continuing: bytes)
        guard tokens.flatMap({ tokenizer.piece($0) }) == bytes, !tokens.contains(where: tokenizer.isControl) else {
            return []
        }
        var open = self.openBytes(bytes, automaton, end)
        while open > 0, let last = tokens.popLast() { open -= tokenizer.piece(last).count }
        return tokens
    }

    /// How many of the last bytes could belong to a token that goes on.
    private func openBytes(_ bytes: [UInt8], _ automaton: some ByteAutomaton, _ end: AutomatonState) -> Int {
        let trie = self.vocabulary.trie
        for count in stride(from: min(bytes.count, trie.longest - 1), to: 0, by: -1)
        where trie.hasLongerToken(than: bytes.suffix(count), automaton, from: end) { return count }
        return 0
    }

    private static func onlyByte(
        _ automaton: some ByteAutomaton, _ state: AutomatonState
    ) -> (byte: UInt8, state: AutomatonState)? {
        var only: (UInt8, AutomatonState)?
        for byte in UInt8.min...UInt8.max {
            let next = automaton.next(state, byte)
            if next.isDead { continue }
            if only != nil { return nil }
            only = (byte, next)
        }
        return only
    }
}
