// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// The memory between the stages of a forward pass, reserved once.
final class ForwardScratch {
    /// The residual stream.
    private let hidden: Buffer<Float>
    /// Cosines and sines of each row's position.
    private let rope: Buffer<Float>
    /// Inputs of the products that follow a norm.
    let normed: Activations
    /// Results of attention, inputs of its output product.
    let attended: Activations
    /// Inputs of the feed-forward network's second product.
    let gated: Activations
    /// Results of products that the next stage uses up.
    let mixed: Buffer<Float>
    private(set) var logits: Buffer<Float>
    /// What mixtures of experts need, where the model has such.
    let experts: ExpertScratch?
    private let (hiddenWidth, ropeWidth, ropeCount, outputWidth): (Int, Int, Int, Int)

    init(model: TransformerModel, capacity: Int) {
        let shape = model.configuration
        var widest = 0
        var mixtures = [MixtureOfExperts]()
        for layer in model.layers {
            var network: FeedForward?
            switch layer.feedForward {
            case .dense(let dense): network = dense
            case .experts(let mixture):
                mixtures.append(mixture)
                network = mixture.shared?.network
            }
            widest = max(
                widest, layer.attention.queryKeyValue.width, layer.attention.output.width,
                network?.gateUp.width ?? 0, network?.down.width ?? 0)
        }
        (self.hiddenWidth, self.ropeWidth, self.ropeCount, self.outputWidth) = (
            shape.embeddingLength, shape.headLength, model.ropes.count, model.output.width
        )
        self.hidden = Buffer(count: capacity * shape.embeddingLength)
        self.rope = Buffer(count: capacity * self.ropeCount * shape.headLength)
        self.normed = Activations(tokens: capacity, columns: shape.embeddingLength)
        self.attended = Activations(tokens: capacity, columns: shape.headCount * shape.headLength)
        let hasDense = mixtures.count < model.layers.count
        self.gated = Activations(tokens: hasDense ? capacity : 0, columns: shape.feedForwardLength)
        self.experts = shape.experts.map {
            ExpertScratch($0, mixtures: mixtures, width: shape.embeddingLength, capacity: capacity)
        }
        self.mixed = Buffer(count: capacity * widest)
        self.logits = Buffer(count: model.output.width)
    }

    func hiddenRow(_ row: Int) -> UnsafeMutablePointer<Float> {
        self.hidden.base + row * self.hiddenWidth
    }

    func moveHidden(from row: Int, to target: Int) {
        self.hiddenRow(target).update(from: self.hiddenRow(row), count: self.hiddenWidth)
    }

    /// Cosines and sines of a row's position in one of the model's rotary embeddings.
    func ropeRow(_ row: Int, of rope: Int) -> UnsafeMutablePointer<Float> {
        self.rope.base + (row * self.ropeCount + rope) * self.ropeWidth
    }

    func reserveLogits(rows: Int) {
        let needed = rows * self.outputWidth
        if self.logits.count < needed { self.logits = Buffer(count: needed) }
    }
}
