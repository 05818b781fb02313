// SPDX-License-Identifier: Apache-2.0

/// An input of a graph language model as its pieces: read once, used often.
package struct GraphPieces: Sendable {
    /// The text: what was said before, and the names of the nodes, or the triples.
    private(set) var pieces: [Int] = []
    /// What each piece belongs to (``GraphBatch/Kind``).
    private(set) var kinds: [Int] = []
    /// The pieces that name each node.
    private(set) var mentions: [Range<Int>] = []
    /// The nodes of each edge.
    private(set) var edges: [(subject: Int, object: Int)] = []
    /// The pieces of each edge's relation.
    private(set) var relations: [[Int]] = []
    /// Which pieces may be copied, and the node that they name.
    private(set) var copies: [(piece: Int, node: Int)] = []
    /// The nodes' names, as the input has them.
    let names: [String]
    /// The words by which each node is found in texts.
    let keys: [[String]]
    /// What was said before.
    let context: [String]

    /// Reads an input.
    ///
    /// Nodes that find no room in ``GraphBatch/textPieces`` are left out, with their edges.
    init(_ input: GraphInput, _ channel: GraphModelSettings.Channel, _ vocabulary: SubwordVocabulary) {
        let nodes = input.nodes
        (self.names, self.keys) = (nodes, nodes.map(EntityName.key))
        self.context = input.context
        let context = input.context.map { vocabulary.numbers(of: $0, limit: GraphBatch.textPieces / 2) }
        // What was said last counts most.
        for turn in context.reversed().prefix(while: { _ in self.pieces.count < GraphBatch.textPieces / 2 }).reversed()
        {
            self.append(turn, .context)
        }
        if channel == .linearised {
            self.appendTriples(input, vocabulary)
        } else {
            self.appendNames(nodes, vocabulary)
        }
        guard channel == .graph else { return }
        let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
        for triple in input.triples {
            guard let subject = numbers[triple.subject], let object = numbers[triple.object],
                max(subject, object) < self.mentions.count
            else { continue }
            self.edges.append((subject, object))
            self.relations.append(vocabulary.numbers(of: triple.relationText, limit: GraphBatch.namePieces))
        }
    }

    private mutating func append(_ pieces: [Int], _ kind: GraphBatch.Kind, ends: Bool = true) {
        let pieces = ends ? pieces + [SubwordVocabulary.end] : pieces
        guard self.pieces.count + pieces.count <= GraphBatch.textPieces else { return }
        self.pieces += pieces
        self.kinds += repeatElement(kind.rawValue, count: pieces.count)
    }

    private mutating func appendNames(_ nodes: [String], _ vocabulary: SubwordVocabulary) {
        for (node, name) in nodes.enumerated() {
            let start = self.pieces.count
            let pieces = vocabulary.numbers(of: EntityName.text(name), limit: GraphBatch.namePieces)
            self.append(pieces, .name)
            guard self.pieces.count > start else { return }
            self.mentions.append(start..<start + pieces.count)
            self.copies += (start..<start + pieces.count).map { ($0, node) }
        }
    }

    private mutating func appendTriples(_ input: GraphInput, _ vocabulary: SubwordVocabulary) {
        func pieces(_ text: String) -> [Int] { vocabulary.numbers(of: text, limit: GraphBatch.namePieces) }
        for name in input.entities { self.append(pieces(EntityName.text(name)), .name) }
        for triple in input.triples {
            self.append(pieces(EntityName.text(triple.subject)), .name, ends: false)
            self.append(pieces(triple.relationText), .relation, ends: false)
            self.append(pieces(EntityName.text(triple.object)), .object)
        }
    }
}
