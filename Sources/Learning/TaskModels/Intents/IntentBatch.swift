// SPDX-License-Identifier: Apache-2.0

/// Inputs of the intent model, one after the other: each is the utterance, then the turns before it, the nearest first.
package struct IntentBatch: Sendable {
    /// The most pieces of the utterance and of a turn before it.
    package static let utterancePieces = 64, turnPieces = 40

    /// Each piece's number in the vocabulary.
    package private(set) var pieces: [Int] = []
    /// Each piece's place within its turn.
    package private(set) var places: [Int] = []
    /// How many turns ago each piece was said.
    package private(set) var distances: [Int] = []
    /// Who said it.
    package private(set) var speakers: [Int] = []
    /// How many pieces each input has.
    package private(set) var lengths: [Int] = []
    /// Where each input begins.
    package private(set) var starts: [Int] = []
    /// The buckets of each utterance's n-grams; empty where the model reads none.
    package private(set) var ngrams: [[Int32]] = []

    /// Begins with nothing.
    package init() {}

    /// An input that is read once and used often.
    package struct Input: Sendable {
        /// The pieces of each turn, the utterance first.
        package let turns: [(speaker: DialogueTurn.Speaker, pieces: [Int32])]
        /// The buckets of the utterance's n-grams.
        package let ngrams: [Int32]
        /// The share of pairs of words that are new to the model.
        package let novelty: Float

        /// How many pieces it has in a batch.
        package var pieceCount: Int { self.turns.reduce(1) { $0 + $1.pieces.count + 1 } }

        /// Reads the last of some turns, and those before it.
        ///
        /// - Parameters:
        ///   - turns: At least one; the last is the utterance.
        ///   - count: The most turns before it.
        ///   - buckets: How many buckets n-grams have; 0 where the model reads none.
        ///   - known: What the model has read in training.
        package init(
            _ turns: some BidirectionalCollection<DialogueTurn>, before count: Int, _ vocabulary: SubwordVocabulary,
            ngrams buckets: Int = 0, known: KnownPairs = KnownPairs()
        ) {
            let turns = turns.suffix(count + 1).reversed()
            let words = turns.map { TextWords.words(of: $0.text, vocabulary.style) }
            self.ngrams = NGrams.buckets(of: words.first ?? [], buckets)
            self.novelty = known.novelty(of: words)
            self.turns = zip(turns, words).enumerated().map { distance, turn in
                let limit = distance == 0 ? IntentBatch.utterancePieces : IntentBatch.turnPieces
                return (turn.0.speaker, vocabulary.numbers(ofWords: turn.1, limit: limit).map(Int32.init))
            }
        }
    }

    /// Appends an input.
    package mutating func append(_ input: Input) {
        let start = self.pieces.count
        self.starts.append(start)
        self.append(SubwordVocabulary.beginning, 0, 0, .user)
        for (distance, turn) in input.turns.enumerated() {
            for (index, piece) in turn.pieces.enumerated() {
                self.append(Int(piece), index + 1, distance, turn.speaker)
            }
            self.append(SubwordVocabulary.end, 0, distance, turn.speaker)
        }
        self.lengths.append(self.pieces.count - start)
        self.ngrams.append(input.ngrams)
    }

    private mutating func append(_ piece: Int, _ place: Int, _ distance: Int, _ speaker: DialogueTurn.Speaker) {
        self.pieces.append(piece)
        self.places.append(place)
        self.distances.append(distance)
        self.speakers.append(speaker.number)
    }

    /// Some of the inputs, one after the other.
    package subscript(inputs: Range<Int>) -> Self {
        let start = inputs.isEmpty ? 0 : self.starts[inputs.lowerBound]
        let pieces = start..<start + self.lengths[inputs].reduce(0, +)
        var part = Self()
        (part.pieces, part.places) = (Array(self.pieces[pieces]), Array(self.places[pieces]))
        (part.distances, part.speakers) = (Array(self.distances[pieces]), Array(self.speakers[pieces]))
        (part.lengths, part.starts) = (Array(self.lengths[inputs]), self.starts[inputs].map { $0 - start })
        part.ngrams = Array(self.ngrams[inputs])
        return part
    }

    /// Makes some pieces unknown, so that a model learns not to depend on any of them.
    ///
    /// - Parameter rate: The share of pieces, each by itself.
    package mutating func hidePieces(_ rate: Float, using generator: inout some RandomNumberGenerator) {
        guard rate > 0 else { return }
        for index in self.pieces.indices where self.pieces[index] >= SubwordVocabulary.special.count {
            if Float.random(in: 0..<1, using: &generator) < rate { self.pieces[index] = SubwordVocabulary.unknown }
        }
    }
}
