// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// The memory between the stages of an encoder's pass.
final class EncoderScratch {
    /// The residual stream, always normalised: the input of the next product, too.
    let hidden: Activations
    /// Results of attention.
    let attended: Activations
    /// Inputs of the feed-forward network's second product.
    let activated: Activations
    /// Results of products that the next stage uses up.
    let mixed: Buffer<Float>
    /// The most tokens.
    let capacity: Int

    init(model: EncoderModel, capacity: Int) {
        let shape = model.configuration
        let widest = model.layers.reduce(0) {
            max($0, $1.queryKeyValue.width, $1.attentionOutput.width, $1.up.width, $1.down.width)
        }
        self.capacity = capacity
        self.hidden = Activations(tokens: capacity, columns: shape.width)
        self.attended = Activations(tokens: capacity, columns: shape.width)
        self.activated = Activations(tokens: capacity, columns: shape.innerWidth)
        self.mixed = Buffer(count: capacity * widest)
    }
}
