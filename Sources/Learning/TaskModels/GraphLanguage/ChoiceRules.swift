// SPDX-License-Identifier: Apache-2.0

/// Which pieces may come next.
///
/// Where every name must be in the input, a text is valid after each choice: a choice is a piece that makes no new name, or all of a name that
/// the input has. The end is always one, so that no text is ever stuck.
struct ChoiceRules {
    /// What may be written next.
    struct Candidate {
        let pieces: [Int]
        /// How likely its first piece is.
        let probability: Float
    }

    private let model: GraphLanguageModel
    /// The pieces of the input's names.
    private let names: [[Int]]
    private let allowed: MentionFinder
    private let isConstrained: Bool
    /// How many candidates are looked at before only the end is left.
    private static let most = 64

    init(_ model: GraphLanguageModel, _ input: GraphPieces, isConstrained: Bool) {
        (self.model, self.isConstrained) = (model, isConstrained)
        self.names = input.names.map {
            model.vocabulary.numbers(of: EntityName.text($0), limit: GraphBatch.namePieces)
        }
        self.allowed = MentionFinder(model.allowedNames(input))
    }

    /// The likeliest choices.
    func candidates(_ writer: GraphWriter, atMost count: Int) -> [Candidate] {
        var probabilities = writer.probabilities
        probabilities[SubwordVocabulary.unknown] = 0
        probabilities[SubwordVocabulary.beginning] = 0
        guard self.isConstrained else {
            return Self.likeliest(probabilities, count).map { Candidate(pieces: [$0], probability: probabilities[$0]) }
        }
        var candidates = Self.likeliest(probabilities, Self.most)
            .map { Candidate(pieces: [$0], probability: probabilities[$0]) }
        for name in self.names where name.count <= writer.room {
            guard let first = name.first, !name.contains(SubwordVocabulary.unknown) else { continue }
            candidates.append(Candidate(pieces: name, probability: probabilities[first]))
        }
        candidates.sort { ($1.probability, $0.pieces.count) < ($0.probability, $1.pieces.count) }
        var valid: [Candidate] = []
        for candidate in candidates where valid.count < count && self.isValid(writer.pieces + candidate.pieces) {
            valid.append(candidate)
        }
        let end = SubwordVocabulary.end
        return valid.isEmpty ? [Candidate(pieces: [end], probability: probabilities[end])] : valid
    }

    /// Whether a text names nothing but what it may.
    private func isValid(_ pieces: [Int]) -> Bool {
        if pieces.last == SubwordVocabulary.end { return true }
        return self.model.names.others(in: self.model.vocabulary.text(of: pieces), than: self.allowed).isEmpty
    }

    /// The numbers of the highest values, the highest first.
    private static func likeliest(_ values: [Float], _ count: Int) -> [Int] {
        var best: [Int] = []
        for (index, value) in values.enumerated() where value > 0 {
            guard best.count < count || value > values[best[best.count - 1]] else { continue }
            let place = best.firstIndex { values[$0] < value } ?? best.count
            best.insert(index, at: place)
            if best.count > count { best.removeLast() }
        }
        return best
    }
}

extension GraphLanguageModel {
    /// The words of each name that an input has, in its graph or in what was said before.
    package func allowedNames(_ input: GraphPieces) -> [[String]] {
        input.keys + input.context.flatMap { self.names.others(in: $0, than: [[String]]()) }
    }
}
