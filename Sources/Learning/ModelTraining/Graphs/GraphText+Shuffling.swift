// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import TaskModels

extension GraphText {
    /// The same texts with the same entities, joined by edges that say something else, by which a model that heeds its graph is misled.
    ///
    /// Each edge gets two entities of its graph, drawn at random, and a relation of another graph.
    ///
    /// - Parameter seed: What is drawn depends on it.
    package static func shufflingEdges(of texts: [Self], seed: UInt64) -> [Self] {
        var generator = SeededNumbers(seed: seed)
        let relations = texts.flatMap { $0.input.triples.map(\.relation) }
        return texts.map { text in
            var text = text
            let nodes = text.input.nodes
            // Entities stay where they are in the input's text.
            text.input.entities = nodes
            for index in text.input.triples.indices {
                let ends = nodes.shuffled(using: &generator)
                text.input.triples[index].subject = ends.first ?? ""
                text.input.triples[index].object = ends.last ?? ""
                text.input.triples[index].relation = relations.randomElement(using: &generator) ?? ""
            }
            return text
        }
    }
}
