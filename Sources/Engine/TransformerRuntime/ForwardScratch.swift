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
    private let (hiddenWidth, ropeWidth, outputWidth): (Int, Int, Int)

    init(model: TransformerModel, capacity: Int) {
        let shape = model.configuration
        let widest = model.layers.reduce(0) {
            max($0, $1.queryKeyValue.width, $1.attentionOutput.width, $1.gateUp.width, $1.down.width)
        }
        (self.hiddenWidth, self.ropeWidth, self.outputWidth) = (
            shape.embeddingLength, shape.headLength, model.output.width
        )
        self.hidden = Buffer(count: capacity * shape.embeddingLength)
        self.rope = Buffer(count: capacity * shape.headLength)
        self.normed = Activations(tokens: capacity, columns: shape.embeddingLength)
        self.attended = Activations(tokens: capacity, columns: shape.headCount * shape.headLength)
        self.gated = Activations(tokens: capacity, columns: shape.feedForwardLength)
        self.mixed = Buffer(count: capacity * widest)
        self.logits = Buffer(count: model.output.width)
    }

    func hiddenRow(_ row: Int) -> UnsafeMutablePointer<Float> {
        self.hidden.base + row * self.hiddenWidth
    }

    func moveHidden(from row: Int, to target: Int) {
        self.hiddenRow(target).update(from: self.hiddenRow(row), count: self.hiddenWidth)
    }

    func ropeRow(_ row: Int) -> UnsafeMutablePointer<Float> {
        self.rope.base + row * self.ropeWidth
    }

    func reserveLogits(rows: Int) {
        let needed = rows * self.outputWidth
        if self.logits.count < needed { self.logits = Buffer(count: needed) }
    }
}
