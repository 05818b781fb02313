// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The shape of an encoder: a transformer whose tokens all see each other, made for embeddings.
package struct EncoderConfiguration: Sendable, Hashable {
    /// What the feed-forward network computes between its products.
    package enum Activation: Sendable, Hashable {
        /// x (1 + erf(x / √2)) / 2
        case gelu
        /// SiLU of one product times another (Shazeer 2020).
        case siluGate
    }

    /// The architecture's name, as `config.json` has it.
    package var architecture: String
    /// Tokens in the vocabulary.
    package var vocabularySize: Int
    /// Width of the residual stream.
    package var width: Int
    /// Width inside the feed-forward network.
    package var innerWidth: Int
    /// Transformer blocks.
    package var layerCount: Int
    /// Attention heads, which share the width evenly.
    package var headCount: Int
    /// The most tokens of a text.
    package var tokenLimit: Int
    /// Rows of the learned position embeddings before that of the first token.
    package var positionOffset = 0
    /// The base of the rotary embedding's frequencies; nil where positions are learned.
    package var ropeBase: Float?
    /// Kinds of segment; every token is of the first.
    package var segmentCount: Int
    /// Added to the variance in layer norms.
    package var normEpsilon: Float
    /// What the feed-forward network computes between its products.
    package var activation = Activation.gelu
    /// Whether products add a bias.
    package var hasBiases = true

    /// Width of a head.
    package var headLength: Int { self.width / self.headCount }

    /// Checks that the kernels can compute this shape.
    ///
    /// - Throws: ``TransformerError`` with code `.unsupported` that names what they cannot.
    func validate() throws {
        func check(_ holds: Bool, _ what: @autoclosure () -> String) throws {
            guard holds else { throw TransformerError(.unsupported, "This encoder cannot run here: \(what()).") }
        }
        try check(
            self.width.isMultiple(of: self.headCount), "\(self.headCount) heads cannot share a width of \(self.width)")
        try check(
            self.headLength.isMultiple(of: 16),
            "its attention heads are \(self.headLength) wide; supported are multiples of 16")
        for width in [self.width, self.innerWidth] {
            try check(width.isMultiple(of: 32), "a layer is \(width) wide, which is not a multiple of 32")
        }
        try check(self.tokenLimit > 0, "it has no position for a token")
        try check(self.normEpsilon.isFinite && self.normEpsilon > 0, "the norm's epsilon is \(self.normEpsilon)")
        if let base = self.ropeBase { try check(base.isFinite && base > 0, "its rotary base is \(base)") }
    }
}
