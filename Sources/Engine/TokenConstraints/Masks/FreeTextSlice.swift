// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

/// The tokens of a vocabulary that are runs of one class of scalars, ready to be added to masks as a whole.
struct FreeTextSlice: Sendable {
    typealias Kind = FreeText.Kind

    /// For each length, the runs of at most so many scalars, beginning with one; the last holds all runs.
    private let runs: [TokenMask]
    /// Every other token.
    let others: TokenTrie

    /// Sorts tokens.
    init(_ kind: Kind, tokens: [TokenID], of tokenizer: Tokenizer) {
        var others: [TokenID] = []
        var byCount: [[TokenID]] = []
        for token in tokens {
            guard let count = kind.count(tokenizer.piece(token)), count > 0 else {
                others.append(token)
                continue
            }
            while byCount.count < count { byCount.append([]) }
            byCount[count - 1].append(token)
        }
        var runs: [TokenMask] = []
        var mask = TokenMask(vocabularySize: tokenizer.vocabularySize)
        for tokens in byCount {
            for token in tokens { mask.insert(token) }
            runs.append(mask)
        }
        self.runs = runs
        self.others = TokenTrie(others) { tokenizer.piece($0) }
    }

    /// The runs that a promise lets in; nil where the promise leaves open what becomes of longer ones.
    func runs(within free: FreeText) -> TokenMask? {
        guard free.most > 0, !self.runs.isEmpty else { return nil }
        return free.isExact || free.most >= self.runs.count ? self.runs[min(free.most, self.runs.count) - 1] : nil
    }
}
