// SPDX-License-Identifier: Apache-2.0

internal import Tokenization

/// The tokens of a vocabulary that are runs of one class of scalars, ready to be added to masks as a whole.
struct FreeTextSlice: Sendable {
    /// For each length, the runs of at most so many scalars, beginning with one; the last holds all runs.
    private let runs: [TokenMask]
    /// Every other token.
    let others: TokenTrie

    /// Sorts tokens.
    init(_ kind: FreeText.Kind, texts: TokenTexts, vocabularySize: Int) {
        var others: [TokenTexts.Entry] = []
        var byCount: [[TokenID]] = []
        let ascii = (UInt8(0)..<128).map { kind.contains(Unicode.Scalar($0)) }
        texts.bytes.withUnsafeBufferPointer { bytes in
            for entry in texts.entries {
                let text = bytes[entry.range]
                let isASCII = text.allSatisfy { $0 < 128 }
                let count = isASCII ? text.allSatisfy { ascii[Int($0)] } ? text.count : nil : kind.count(text)
                guard let count else {
                    others.append(entry)
                    continue
                }
                while byCount.count < count { byCount.append([]) }
                byCount[count - 1].append(entry.token)
            }
        }
        var runs: [TokenMask] = []
        var mask = TokenMask(vocabularySize: vocabularySize)
        for tokens in byCount {
            for token in tokens { mask.insert(token) }
            runs.append(mask)
        }
        self.runs = runs
        self.others = TokenTrie(texts, others)
    }

    /// The runs that a promise lets in; nil where the promise leaves open what becomes of longer ones.
    func runs(within free: FreeText) -> TokenMask? {
        guard free.most > 0, !self.runs.isEmpty else { return nil }
        return free.isExact || free.most >= self.runs.count ? self.runs[min(free.most, self.runs.count) - 1] : nil
    }
}
