// SPDX-License-Identifier: Apache-2.0

/// A text to be written as its pieces, with the entities that it names.
package struct GraphTarget: Sendable {
    /// Where a text names an entity.
    package struct Mention: Sendable {
        /// The pieces of the name.
        package let pieces: Range<Int>
        /// The input's node that it stands for; nil where the entity is new.
        package let node: Int?
        /// Whether the text has not named the entity before: the graph grows.
        package let isFirst: Bool
    }

    /// The text's pieces.
    package private(set) var pieces: [Int] = []
    /// The names, in their order.
    package private(set) var mentions: [Mention] = []

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: What comes after ``GraphBatch/targetPieces`` is not read.
    ///   - input: Whose nodes the text may name.
    ///   - entities: Names of entities that are new, where somebody has found them.
    init(_ text: String, for input: GraphPieces, entities: [String] = [], _ vocabulary: SubwordVocabulary) {
        let words = vocabulary.words(of: text)
        var ends: [Int] = []
        for word in words {
            self.pieces += word.numbers
            ends.append(self.pieces.count)
        }
        self.pieces = Array(self.pieces.prefix(GraphBatch.targetPieces - 1))
        let known = input.mentions.count
        let finder = MentionFinder(input.keys.prefix(known) + entities.map(EntityName.key))
        var named = Set<Int>()
        for (range, entity) in finder.mentions(in: words.map { EntityName.word($0.text) }) {
            let pieces = (range.lowerBound == 0 ? 0 : ends[range.lowerBound - 1])..<ends[range.upperBound - 1]
            guard pieces.upperBound <= self.pieces.count else { break }
            let isFirst = named.insert(entity).inserted
            self.mentions.append(Mention(pieces: pieces, node: entity < known ? entity : nil, isFirst: isFirst))
        }
    }
}
