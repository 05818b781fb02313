// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore

/// A language model that writes from a semantic graph, with everything that belongs to it.
///
/// Its encoder has two channels: the text, and a graph whose nodes start from where the text names them. The graph grows while the model
/// writes: a node for each entity that it names first. The decoder looks at both, the graph behind a gate, and copies names from nodes.
package struct GraphLanguageModel: Sendable {
    /// The model's shape.
    package let settings: GraphModelSettings
    /// The subwords that it reads and writes.
    package let vocabulary: SubwordVocabulary
    /// Which words are names, for writing without any that were not given.
    package let names: NameRules
    /// The weights.
    package var network: GraphNetwork

    /// Makes a model that has learnt nothing.
    ///
    /// - Throws: ``TaskModelError`` with code `.badSettings`.
    package init(
        _ settings: GraphModelSettings, vocabulary: SubwordVocabulary, names: NameRules,
        using generator: inout some RandomNumberGenerator
    ) throws {
        try settings.check()
        guard vocabulary.style == .exact else {
            throw TaskModelError(.badSettings, "A model that writes needs a vocabulary of exact texts.")
        }
        (self.settings, self.vocabulary, self.names) = (settings, vocabulary, names)
        self.network = GraphNetwork(settings, vocabulary: vocabulary.pieces.count, using: &generator)
    }

    /// Reads an input.
    package func pieces(_ input: GraphInput) -> GraphPieces {
        GraphPieces(input, self.settings.channel, self.vocabulary)
    }

    /// Reads a text that was written from an input.
    ///
    /// - Parameter entities: Names of new entities in the text, where somebody has found them.
    package func target(_ text: String, for input: GraphPieces, entities: [String] = []) -> GraphTarget {
        GraphTarget(text, for: input, entities: entities, self.vocabulary)
    }
}
