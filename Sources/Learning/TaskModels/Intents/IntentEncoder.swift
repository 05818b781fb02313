// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import _Differentiation

/// The contextual intent model: a Transformer encoder over the utterance and the turns before it, each piece with who said it, how
/// long ago and where in the turn; the class is read at the first row.
///
/// Where it has a table of n-grams, what that says is added.
package struct IntentEncoder: ParameterGroup, Sendable {
    /// Rows of the vocabulary, of places in turns, of distances, of speakers.
    var pieces: Tensor, places: Tensor, distances: Tensor, speakers: Tensor
    var embeddingNorm: LayerNormalization
    var blocks: [EncoderBlock]
    var summary: SummaryBlock
    var norm: LayerNormalization
    var classes: Dense
    /// What the utterance's n-grams say; one or none.
    var ngrams: [NGramTable]
    @noDerivative private let heads: Int

    private static let piecesName = "pieces"

    /// Makes a model that has learnt nothing.
    ///
    /// - Parameters:
    ///   - settings: The shape, which was checked.
    ///   - vocabulary: How many pieces there are.
    ///   - turns: How many turns before the utterance it reads.
    ///   - classes: How many classes there are.
    ///   - ngrams: How many buckets n-grams have; 0 for none.
    package init(
        _ settings: EncoderSettings, vocabulary: Int, turns: Int, classes: Int, ngrams: Int,
        using generator: inout some RandomNumberGenerator
    ) {
        func table(_ rows: Int) -> Tensor { .table([rows, settings.width], using: &generator) }
        self.pieces = table(vocabulary)
        self.places = table(IntentBatch.utterancePieces + 1)
        self.distances = table(turns + 1)
        self.speakers = table(DialogueTurn.Speaker.allCases.count)
        self.embeddingNorm = LayerNormalization(settings.width)
        self.blocks = (1..<settings.layers).map { _ in EncoderBlock(settings, using: &generator) }
        self.summary = SummaryBlock(settings, using: &generator)
        self.norm = LayerNormalization(settings.width)
        self.classes = Dense(settings.width, classes, using: &generator)
        self.ngrams = ngrams > 0 ? [NGramTable(buckets: ngrams, classes: classes)] : []
        self.heads = settings.heads
    }

    /// The logits of the classes of each input.
    ///
    /// - Returns: inputs × classes.
    @differentiable(reverse,wrt: self)
    package func logits(_ batch: IntentBatch, _ dropout: Dropout = .none) -> Tensor {
        let logits = self.contextLogits(batch, dropout)
        if withoutDerivative(at: self.ngrams.isEmpty) { return logits }
        return logits + self.ngrams[0](batch.ngrams)
    }

    /// The loss of what is said, and, with n-grams, of what each part would say by itself: else the one that learns faster leaves the
    /// other nothing to learn.
    ///
    /// - Parameter judge: The loss of logits.
    @differentiable(reverse,wrt: self)
    package func loss(
        _ batch: IntentBatch, _ dropout: Dropout, _ judge: @differentiable(reverse) (Tensor) -> Float
    ) -> Float {
        let context = self.contextLogits(batch, dropout)
        if withoutDerivative(at: self.ngrams.isEmpty) { return judge(context) }
        let words = self.ngrams[0](batch.ngrams)
        return (judge(context + words) + judge(context) + judge(words)) / 3
    }

    /// For tables of which a batch reads a few rows, which ones, by the tables' names.
    package static func touched(by batch: IntentBatch) -> [String: [Int]] {
        [
            self.piecesName: Set(batch.pieces).sorted(),
            NGramTable.name: Set(batch.ngrams.lazy.joined().lazy.map { Int($0) }).sorted(), NGramTable.rarityName: [],
        ]
    }

    /// Learns how rare n-grams are, where the model reads them.
    ///
    /// - Parameter inputs: What is learnt from.
    package mutating func weighNGrams(of inputs: some Collection<IntentBatch.Input>) {
        for index in self.ngrams.indices { self.ngrams[index].weigh(inputs.map(\.ngrams)) }
    }

    /// What the encoder says by itself.
    @differentiable(reverse,wrt: self)
    func contextLogits(_ batch: IntentBatch, _ dropout: Dropout) -> Tensor {
        let embedded =
            self.pieces.announced().gathering(batch.pieces) + self.places.announced().gathering(batch.places)
            + self.distances.announced().gathering(batch.distances)
            + self.speakers.announced().gathering(batch.speakers)
        var rows = self.embeddingNorm.announced()(embedded).dropping(dropout, at: 0)
        for index in 0..<withoutDerivative(at: self.blocks.count) {
            rows = self.blocks[index](rows, in: batch.lengths, heads: self.heads, dropout.layer(index))
        }
        let first = self.summary(
            rows, in: batch.lengths, from: batch.starts, heads: self.heads, dropout.layer(-1))
        return self.classes.announced()(self.norm.announced()(first).dropping(dropout.ofSequences, at: 1))
    }

    /// Makes the weights of layers ones of 8 bits; those of tables and of the classes stay as they are.
    mutating func quantize() { self.replaceInLayers { $1.quantize() } }

    /// Lets all layers of weighted sums tell which numbers come in.
    ///
    /// - Returns: Who is told, by the layers' names.
    mutating func observe() -> [String: InputRange] {
        var ranges: [String: InputRange] = [:]
        func observed(_ name: String, _ layer: Dense) -> Dense {
            let range = InputRange()
            ranges[name] = range
            return layer.observed(by: range)
        }
        self.replaceInLayers(observed)
        self.classes = observed("classes", self.classes)
        return ranges
    }

    private mutating func replaceInLayers(_ replacement: DenseReplacement) {
        for index in self.blocks.indices { self.blocks[index].replace("blocks.\(index)", replacement) }
        self.summary.replace("summary", replacement)
    }

    package mutating func visit(_ gradient: TangentVector, _ name: String, _ visit: WeightVisitor) {
        // First, so that what several processes exchange of them leaves last: nothing waits for numbers that do not learn.
        self.ngrams.visit(gradient.ngrams, "\(name)ngrams", visit)
        visit("\(name)\(Self.piecesName)", &self.pieces, gradient.pieces)
        visit("\(name)places", &self.places, gradient.places)
        visit("\(name)distances", &self.distances, gradient.distances)
        visit("\(name)speakers", &self.speakers, gradient.speakers)
        self.embeddingNorm.visit(gradient.embeddingNorm, "\(name)embedding_norm", visit)
        self.blocks.visit(gradient.blocks, "\(name)blocks", visit)
        self.summary.visit(gradient.summary, "\(name)summary", visit)
        self.norm.visit(gradient.norm, "\(name)norm", visit)
        self.classes.visit(gradient.classes, "\(name)classes", visit)
    }
}
