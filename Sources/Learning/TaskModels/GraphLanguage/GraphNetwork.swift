// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import _Differentiation

/// The weights of a graph language model: an encoder of the text, one of the graph, and a decoder that reads both.
package struct GraphNetwork: ParameterGroup, Sendable {
    /// Rows of the vocabulary, which give the logits as well, of places in the text, of what pieces belong to, of places in what is written.
    var pieces: Tensor, places: Tensor, kinds: Tensor, targetPlaces: Tensor
    var embeddingNorm: LayerNormalization
    var encoder: [EncoderBlock]
    var encoderNorm: LayerNormalization
    /// One, or none in a model without a graph.
    var graph: [GraphEncoder]
    var targetNorm: LayerNormalization
    var decoder: [DecoderBlock]
    var norm: LayerNormalization
    var bias: Tensor
    @noDerivative let heads: Int

    /// Makes a network that has learnt nothing; the shape was checked.
    init(_ settings: GraphModelSettings, vocabulary: Int, using generator: inout some RandomNumberGenerator) {
        let width = settings.encoder.width
        self.pieces = .table([vocabulary, width], using: &generator)
        self.places = .table([GraphBatch.textPieces, width], using: &generator)
        self.kinds = .table([GraphBatch.Kind.allCases.count, width], using: &generator)
        self.targetPlaces = .table([GraphBatch.targetPieces, width], using: &generator)
        self.embeddingNorm = LayerNormalization(width)
        self.encoder = (0..<settings.encoder.layers).map { _ in EncoderBlock(settings.encoder, using: &generator) }
        self.encoderNorm = LayerNormalization(width)
        self.graph = settings.channel == .graph ? [GraphEncoder(settings, using: &generator)] : []
        self.targetNorm = LayerNormalization(width)
        self.decoder = (0..<settings.decoderLayers).map { _ in DecoderBlock(settings, using: &generator) }
        self.norm = LayerNormalization(width)
        self.bias = Tensor([vocabulary], repeating: 0)
        self.heads = settings.encoder.heads
    }

    /// The text's rows.
    ///
    /// - Parameter pieces: The table of pieces, which text, relations, what is written and the logits share.
    @differentiable(reverse,wrt: (self, pieces))
    func text(_ pieces: Tensor, _ batch: GraphBatch, _ dropout: Dropout) -> Tensor {
        let dropout = withoutDerivative(at: dropout.from(row: batch.first.text, sequence: 0))
        let embedded =
            pieces.gathering(batch.pieces) + self.places.announced().gathering(batch.places)
            + self.kinds.announced().gathering(batch.kinds)
        var rows = self.embeddingNorm.announced()(embedded).dropping(dropout, at: 0)
        for index in 0..<withoutDerivative(at: self.encoder.count) {
            rows = self.encoder[index](rows, in: batch.lengths, heads: self.heads, dropout.layer(index))
        }
        return self.encoderNorm.announced()(rows)
    }

    /// What the decoder reads: pieces and where they are.
    @differentiable(reverse,wrt: (self, table))
    func embedded(_ table: Tensor, _ pieces: [Int], _ places: [Int], _ dropout: Dropout) -> Tensor {
        self.targetNorm.announced()(table.gathering(pieces) + self.targetPlaces.announced().gathering(places))
            .dropping(dropout, at: 1)
    }

    /// The logits of what comes next.
    @differentiable(reverse,wrt: (self, rows, table))
    func logits(_ rows: Tensor, _ table: Tensor) -> Tensor {
        rows.times(rowsOf: table).adding(toRows: self.bias.announced())
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        visit("\(name)pieces", &self.pieces, gradient.pieces)
        visit("\(name)places", &self.places, gradient.places)
        visit("\(name)kinds", &self.kinds, gradient.kinds)
        visit("\(name)target_places", &self.targetPlaces, gradient.targetPlaces)
        self.embeddingNorm.visit(gradient.embeddingNorm, "\(name)embedding_norm", visit)
        self.encoder.visit(gradient.encoder, "\(name)encoder", visit)
        self.encoderNorm.visit(gradient.encoderNorm, "\(name)encoder_norm", visit)
        self.graph.visit(gradient.graph, "\(name)graph", visit)
        self.targetNorm.visit(gradient.targetNorm, "\(name)target_norm", visit)
        self.decoder.visit(gradient.decoder, "\(name)decoder", visit)
        self.norm.visit(gradient.norm, "\(name)norm", visit)
        visit("\(name)bias", &self.bias, gradient.bias)
    }
}
