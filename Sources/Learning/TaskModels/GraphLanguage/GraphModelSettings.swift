// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore

/// The shape of a language model that writes from graphs.
package struct GraphModelSettings: Sendable, Hashable {
    /// How the model gets to know the triples.
    package enum Channel: String, Sendable, CaseIterable {
        /// By a graph of nodes that grows while the model writes.
        case graph
        /// As text before the names of the entities.
        case linearised
        /// Not at all: it knows the entities' names alone.
        case none
    }

    /// How triples are read.
    package var channel = Channel.graph
    /// Whether names are copied from the input's nodes.
    package var copies = true
    /// The width of rows, the heads of attention, the hidden numbers of feed-forward networks, and the layers of the text's encoder.
    package var encoder: EncoderSettings
    /// How many layers pass messages along the edges.
    package var graphLayers = 2
    /// How many layers the decoder has; the graph grows after the first.
    package var decoderLayers = 3

    /// The usual shape.
    package init() {
        self.encoder = EncoderSettings()
        (self.encoder.width, self.encoder.heads, self.encoder.feedForward) = (128, 4, 512)
    }

    /// Checks that the numbers fit each other, and a machine.
    ///
    /// - Throws: ``TaskModelError`` with code `.badSettings`.
    package func check() throws {
        try self.encoder.check()
        guard (1...16).contains(self.graphLayers), (1...64).contains(self.decoderLayers) else {
            throw TaskModelError(
                .badSettings, "A graph language model has 1 to 16 graph layers and 1 to 64 decoder layers.")
        }
    }

    /// The same shape without the graph, with larger feed-forward networks, so that there are as many weights.
    package func matching(_ channel: Channel) -> Self {
        guard channel != .graph, self.channel == .graph else { return self }
        var settings = self
        (settings.channel, settings.copies) = (channel, false)
        let missing = self.weightCount(vocabulary: 0) - settings.weightCount(vocabulary: 0)
        let networks = (self.encoder.layers + self.decoderLayers) * (2 * self.encoder.width + 1)
        settings.encoder.feedForward += (missing + networks / 2) / networks
        return settings
    }

    /// How many weights a model of this shape has; the numbers were checked.
    func weightCount(vocabulary: Int) -> Int {
        let (width, hidden) = (self.encoder.width, self.encoder.feedForward)
        let (square, norm) = (width * width + width, 2 * width)
        let network = norm + 2 * width * hidden + hidden + width
        // Query, key, value, and what joins the heads.
        let attention = 4 * square
        var count =
            (vocabulary + GraphBatch.textPieces + GraphBatch.targetPieces + GraphBatch.Kind.allCases.count) * width
        count += vocabulary + 4 * norm
        count += self.encoder.layers * (norm + attention + network)
        count += self.decoderLayers * (2 * norm + 2 * attention + network)
        guard self.channel == .graph else { return count }
        // The starts of nodes and edges, messages, growth, mentions; and each decoder layer's attention with its gate.
        count += 2 * square + 2 * width + norm + self.graphLayers * (2 * norm + attention + 4 * square + network)
        count +=
            2 * square + norm + attention + network + width * GraphBatch.Tag.allCases.count
            + GraphBatch.Tag.allCases.count
        count += self.decoderLayers * (attention + square)
        return self.copies ? count + 3 * square + width + 1 + 3 * CopyMatches.kinds : count
    }
}
