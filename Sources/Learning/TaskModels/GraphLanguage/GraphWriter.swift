// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors

/// Writes a text piece by piece; what was computed for the pieces before is kept (the KV cache), and the graph grows.
struct GraphWriter {
    /// What comes next.
    struct Next {
        /// How likely each piece is by itself.
        let own: [Float]
        /// How likely each place of the input is to be copied.
        let copied: [Float]
    }

    private let model: GraphLanguageModel
    private let input: GraphPieces
    /// The pieces that may be copied, and where the name of each begins.
    private let sources: [Int], names: [Int]
    /// What each layer remembers of the text.
    private let textMemories: [Tensor]
    private let keys: Tensor?
    /// What each layer remembers of what was written, and of the graph.
    private var pasts: [Tensor?], graphMemories: [Tensor]
    /// The graph's rows, those of grown nodes at their end.
    private var graph: Tensor
    /// What the decoder made of the name that is being written, and where it begins.
    private var nameRows: Tensor?, nameStart = 0
    /// What was written.
    private(set) var pieces: [Int] = []
    /// What has grown.
    private(set) var grown: [GrownNode] = []
    /// What comes next.
    private(set) var next = Next(own: [], copied: [])

    /// Reads an input.
    init(_ model: GraphLanguageModel, _ input: GraphPieces) {
        (self.model, self.input) = (model, input)
        var batch = GraphBatch()
        batch.append(input)
        let network = model.network
        let text = network.text(network.pieces, batch, .none)
        (self.sources, self.names) = (batch.sources, batch.copyNames)
        self.textMemories = network.decoder.map { $0.text.memory(text) }
        self.pasts = network.decoder.map { _ in nil }
        if let encoder = network.graph.first {
            let graph = encoder(text, network.pieces, batch, .none)
            self.graph = graph
            self.graphMemories = network.decoder.map { $0.graph[0].attention.memory(graph) }
            self.keys = encoder.pointer.first?.keys(text, graph, batch)
        } else {
            (self.graph, self.graphMemories, self.keys) = (.zero, [], nil)
        }
        self.read(SubwordVocabulary.beginning)
    }

    /// How many pieces may still be written.
    var room: Int { GraphBatch.targetPieces - 1 - self.pieces.count }

    /// Writes a piece.
    mutating func write(_ piece: Int) {
        self.pieces.append(piece)
        self.read(piece)
    }

    private mutating func read(_ piece: Int) {
        var rows = self.model.network.embedded(
            self.model.network.pieces, [piece], [self.pieces.count], .none)
        for index in self.model.network.decoder.indices {
            rows = self.layer(index, rows)
            if index == 0, !self.model.network.graph.isEmpty { self.watch(rows) }
        }
        self.next = self.next(self.model.network.norm(rows))
    }

    private mutating func layer(_ index: Int, _ rows: Tensor) -> Tensor {
        let (block, heads) = (self.model.network.decoder[index], self.model.network.heads)
        let memory = block.memory(rows)
        let past = self.pasts[index]?.stacked(on: memory) ?? memory
        self.pasts[index] = past
        let recalled = block.recalling(rows, past, AttentionSpans(queries: 1, keys: past.rows), heads: heads)
        let text = self.textMemories[index]
        let textSpans = AttentionSpans(queries: 1, keys: text.rows)
        guard let graph = block.graph.isEmpty ? nil : self.graphMemories[index] else {
            return block.reading(recalled, text, textSpans, heads: heads, .none)
        }
        return block.reading(
            recalled, text, textSpans, graph, AttentionSpans(queries: 1, keys: graph.rows), heads: heads, .none)
    }

    private func next(_ rows: Tensor) -> Next {
        let logits = self.model.network.logits(rows, self.model.network.pieces)
        guard let pointer = self.model.network.graph.first?.pointer.first, let keys = self.keys, keys.rows > 0 else {
            return Next(own: logits.softmax().values, copied: [])
        }
        var matches = CopyMatches()
        matches.append(
            read: [SubwordVocabulary.beginning] + self.pieces, from: self.pieces.count, sources: self.sources[...],
            names: self.names[...])
        let parts = CopyDistribution(
            logits: logits, queries: pointer.query(rows), keys: keys, gates: pointer.gates(rows, matches),
            continuation: pointer.bonuses(), AttentionSpans(queries: 1, keys: keys.rows), sources: self.sources,
            matches: matches
        ).parts(ofRow: 0)
        return Next(own: parts.own, copied: parts.copied)
    }

    /// How likely each piece is, by itself and copied.
    var probabilities: [Float] {
        var sums = self.next.own
        for (source, share) in zip(self.sources, self.next.copied) { sums[source] += share }
        return sums
    }

    // MARK: - Growth

    /// Looks whether the last row is of a name, and lets the graph grow where one has ended.
    private mutating func watch(_ row: Tensor) {
        let growth = self.model.network.graph[0].growth
        let scores = growth.tags(row).values
        let tag = GraphBatch.Tag(rawValue: scores.indices.max { scores[$0] < scores[$1] } ?? 0) ?? .outside
        if tag != .inside, self.nameRows != nil { self.grow() }
        switch tag {
        case .outside: self.nameRows = nil
        case .begins: (self.nameRows, self.nameStart) = (row, self.pieces.count - 1)
        case .inside: self.nameRows = self.nameRows?.stacked(on: row)
        }
    }

    /// Makes a node of the name that has ended, if it is the first of its entity.
    private mutating func grow() {
        guard let rows = self.nameRows else { return }
        let name = self.model.vocabulary.text(of: self.pieces[self.nameStart..<self.nameStart + rows.rows])
        let key = EntityName.key(name)
        guard !key.isEmpty, !self.grown.contains(where: { EntityName.key($0.name) == key }) else { return }
        let node = self.input.keys.prefix(self.input.mentions.count).firstIndex(of: key)
        let encoder = self.model.network.graph[0]
        var (named, known) = (RowGroups(), RowGroups())
        named.append(0..<rows.rows)
        known.append(node.map { [$0] } ?? [])
        let seed = encoder.growth.seeds(rows, named, self.graph, known)
        let all = self.graph.stacked(on: seed)
        let heads = self.model.network.heads
        let new = encoder.growth(seed, all, AttentionSpans(queries: 1, keys: all.rows), heads: heads, .none)
        let normalized = encoder.growth.norm(self.graph)
        let similarities = encoder.growth.attention.weights(
            encoder.growth.norm(seed), encoder.growth.attention.memory(normalized), heads: heads)
        self.grown.append(
            GrownNode(name: name, pieces: self.pieces.count, node: node, similarities: similarities))
        self.graph = self.graph.stacked(on: new)
        // The first layer sees the graph as it was before anything was written.
        for (index, block) in self.model.network.decoder.enumerated().dropFirst() {
            self.graphMemories[index] = self.graphMemories[index].stacked(on: block.graph[0].attention.memory(new))
        }
    }
}
