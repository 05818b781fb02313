// SPDX-License-Identifier: Apache-2.0

/// What a text is to be written about: perhaps what was said before, entities, and how they are related.
package struct GraphInput: Sendable {
    /// What was said or written before, the oldest first.
    package var context: [String]
    /// The edges of the graph.
    package var triples: [GraphTriple]
    /// Entities that are in the graph whether an edge leads to them or not.
    package var entities: [String]

    /// Puts an input together.
    package init(context: [String] = [], triples: [GraphTriple], entities: [String] = []) {
        (self.context, self.triples, self.entities) = (context, triples, entities)
    }

    /// The nodes of the graph, in the order in which they are named first.
    package var nodes: [String] {
        var (nodes, known) = ([String](), Set<String>())
        for name in self.entities + self.triples.flatMap({ [$0.subject, $0.object] }) where known.insert(name).inserted
        {
            nodes.append(name)
        }
        return nodes
    }
}
