// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors

/// Inputs of a graph language model and the texts to be written from them, one after the other, as rows and the places of rows.
package struct GraphBatch: Sendable {
    /// The most pieces of an input's text, of a name in it, and of a text that is written.
    package static let textPieces = 384, namePieces = 40, targetPieces = 192

    /// What a piece of the input's text belongs to.
    enum Kind: Int, CaseIterable {
        case context, name, relation, object
    }

    /// What a piece of a text is of the name of an entity.
    enum Tag: Int, CaseIterable {
        case outside, begins, inside
    }

    /// How a graph row is related to its neighbours.
    enum Role: Int, CaseIterable {
        /// A node's edges that lead away from it, those that lead to it; an edge's subject, its object.
        case outgoing, incoming, subject, object
    }

    // The text: pieces, what they belong to, where they are, and how many each input has.
    private(set) var pieces: [Int] = [], kinds: [Int] = [], places: [Int] = [], lengths: [Int] = []

    /// The text's rows that name each node.
    private(set) var mentions = RowGroups()
    /// The relations' pieces, and which of them belong to each edge.
    private(set) var relationPieces: [Int] = [], relations = RowGroups()
    /// For each graph row, an input's nodes and then its edges: whether it is an edge, and its number among all nodes or edges.
    private var graphRows: [(isEdge: Bool, number: Int)] = []
    private var nodeCount = 0, edgeCount = 0
    /// How many graph rows each input has.
    private(set) var graphLengths: [Int] = []
    /// The graph rows that each graph row hears from.
    private(set) var neighbours = Role.allCases.map { _ in RowGroups() }

    /// The text's rows that may be copied, the graph rows of the nodes that they name, and their pieces.
    private(set) var copyRows: [Int] = [], copyNodes: [Int] = [], sources: [Int] = []
    /// Where the name of each of them begins, and how well they continue what the decoder has read.
    private(set) var copyNames: [Int] = [], copyMatches = CopyMatches()
    private(set) var copySpans = AttentionSpans()

    // What is written: what the decoder reads, where, what it shall say next, and what of a name each piece is.
    private(set) var targets: [Int] = [], targetPlaces: [Int] = [], targetLengths: [Int] = []
    private(set) var classes: [Int] = [], tags: [Int] = []
    private(set) var textSpans = AttentionSpans(), graphSpans = AttentionSpans()

    /// The decoder's rows that name each grown node, and the graph rows of the nodes that they stand for.
    private(set) var grownRows = RowGroups(), grownFrom = RowGroups()
    private(set) var growthSpans = AttentionSpans(), grownSpans = AttentionSpans()
    /// For each row of the grown graphs, an input's graph rows and then its grown nodes: whether it is grown, and its number.
    private var grownOrder: [(isGrown: Bool, number: Int)] = []

    /// How large what comes before this batch in the same step is, where the step is cut.
    let first: Size

    /// How many rows there are of each kind.
    package struct Size: Sendable, Equatable {
        /// Rows of the text, of the graph, of what is written, and of grown nodes.
        package let text: Int, graph: Int, target: Int, grown: Int

        /// Nothing.
        package static let zero = Self()

        /// That of an input, and of a text to be written from it.
        package init(_ input: GraphPieces, _ target: GraphTarget) {
            self.init(
                text: input.pieces.count, graph: input.mentions.count + input.edges.count,
                target: target.pieces.count + 1, grown: target.mentions.count { $0.isFirst })
        }

        fileprivate init(text: Int = 0, graph: Int = 0, target: Int = 0, grown: Int = 0) {
            (self.text, self.graph, self.target, self.grown) = (text, graph, target, grown)
        }

        /// Both together.
        package static func + (left: Self, right: Self) -> Self {
            Self(
                text: left.text + right.text, graph: left.graph + right.graph, target: left.target + right.target,
                grown: left.grown + right.grown)
        }
    }

    /// Begins with nothing.
    ///
    /// - Parameter size: How large what comes before this batch in the same step is.
    package init(after size: Size = .zero) { self.first = size }

    /// How many rows there are.
    package var size: Size {
        Size(
            text: self.pieces.count, graph: self.graphRows.count, target: self.targets.count,
            grown: self.grownRows.count)
    }

    /// Where the graph rows are in a tensor of all nodes and then all edges.
    var graphOrder: [Int] { self.graphRows.map { $0.isEdge ? self.nodeCount + $0.number : $0.number } }

    /// For each graph row, 0 for a node and 1 for an edge.
    var graphKinds: [Int] { self.graphRows.map { $0.isEdge ? 1 : 0 } }

    /// Where the rows of the grown graphs are in a tensor of all graph rows and then all grown nodes.
    var growthOrder: [Int] { self.grownOrder.map { $0.isGrown ? self.graphRows.count + $0.number : $0.number } }

    /// Appends an input, and a text to be written from it.
    package mutating func append(_ input: GraphPieces, _ target: GraphTarget) {
        self.append(input)
        self.append(
            target, graph: self.graphLengths.last ?? 0, text: self.lengths.last ?? 0, copies: input.copies.count)
    }

    /// Appends an input by itself.
    mutating func append(_ input: GraphPieces) {
        let (text, graph) = (self.pieces.count, self.graphRows.count)
        self.pieces += input.pieces
        self.kinds += input.kinds
        self.places += 0..<input.pieces.count
        self.lengths.append(input.pieces.count)
        for mention in input.mentions { self.mentions.append(mention.map { text + $0 }) }
        for relation in input.relations {
            let start = self.relationPieces.count
            self.relationPieces += relation
            self.relations.append(start..<self.relationPieces.count)
        }
        self.appendGraph(input, at: graph)
        let first = self.sources.count
        for (index, (row, node)) in input.copies.enumerated() {
            let isFirst = index == 0 || input.copies[index - 1].node != node
            self.copyNames.append(isFirst ? first + index : self.copyNames[first + index - 1])
            self.copyRows.append(text + row)
            self.copyNodes.append(graph + node)
            self.sources.append(input.pieces[row])
        }
    }

    private mutating func appendGraph(_ input: GraphPieces, at start: Int) {
        let (nodes, edges) = (input.mentions.count, input.edges)
        self.graphRows += (0..<nodes).map { (false, self.nodeCount + $0) }
        self.graphRows += edges.indices.map { (true, self.edgeCount + $0) }
        self.graphLengths.append(nodes + edges.count)
        func neighbours(_ role: Role, _ rows: some Sequence<Int>) { self.neighbours[role.rawValue].append(rows) }
        for node in 0..<nodes {
            neighbours(.outgoing, edges.indices.filter { edges[$0].subject == node }.map { start + nodes + $0 })
            neighbours(.incoming, edges.indices.filter { edges[$0].object == node }.map { start + nodes + $0 })
            neighbours(.subject, [])
            neighbours(.object, [])
        }
        for edge in edges {
            neighbours(.outgoing, [])
            neighbours(.incoming, [])
            neighbours(.subject, [start + edge.subject])
            neighbours(.object, [start + edge.object])
        }
        self.nodeCount += nodes
        self.edgeCount += edges.count
    }

    private mutating func append(_ target: GraphTarget, graph: Int, text: Int, copies: Int) {
        let (start, count) = (self.targets.count, target.pieces.count + 1)
        let (first, grown) = (self.graphRows.count - graph, self.grownRows.count)
        self.targets += [SubwordVocabulary.beginning] + target.pieces
        self.targetPlaces += 0..<count
        self.targetLengths.append(count)
        self.classes += target.pieces + [SubwordVocabulary.end]
        var tags = Array(repeating: Tag.outside.rawValue, count: count)
        // The row of a piece is the one that has read it: the first has read nothing.
        for mention in target.mentions {
            for row in mention.pieces { tags[row + 1] = Tag.inside.rawValue }
            tags[mention.pieces.lowerBound + 1] = Tag.begins.rawValue
        }
        let mentions = target.mentions.filter(\.isFirst)
        for mention in mentions {
            self.grownRows.append(mention.pieces.map { start + 1 + $0 })
            self.grownFrom.append(mention.node.map { [first + $0] } ?? [])
        }
        self.tags += tags
        self.textSpans.append(visible: repeatElement(text, count: count), of: text)
        self.graphSpans.append(visible: repeatElement(graph, count: count), of: graph)
        let places = self.sources.count - copies..<self.sources.count
        self.copyMatches.append(
            read: Array(self.targets[start...]), sources: self.sources[places], names: self.copyNames[places])
        self.copySpans.append(visible: repeatElement(copies, count: count), of: copies)
        self.growthSpans.append(visible: mentions.indices.map { graph + $0 + 1 }, of: graph + mentions.count)
        // A name has ended for the row that has read what comes after it.
        let ends = mentions.map { $0.pieces.upperBound + 1 }
        self.grownSpans.append(
            visible: (0..<count).map { row in graph + ends.count { $0 <= row } }, of: graph + mentions.count)
        self.grownOrder += (first..<first + graph).map { (false, $0) }
        self.grownOrder += mentions.indices.map { (true, grown + $0) }
    }
}
