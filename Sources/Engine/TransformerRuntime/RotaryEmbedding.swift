// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Rotary position embedding (Su and others 2021): pairs of elements of a head turn by an angle that grows with position.
package struct RotaryEmbedding: Sendable {
    /// Which elements turn together.
    package enum Style: Sendable, Hashable {
        /// Neighbours, as in the paper and in GGUF files of the `llama` family.
        case pairs
        /// One of the first half with one of the second, as in GPT-NeoX and most of `transformers`.
        case halves
    }

    /// How frequencies are changed to reach further than the model was trained for.
    package enum Scaling: Sendable, Hashable {
        /// Not at all.
        case none
        /// Positions are divided by a factor (Chen and others 2023).
        case linear(factor: Float)
        /// Slow pairs are divided by a factor, fast ones kept, those between blended by wavelength (Llama 3.1).
        case llama3(factor: Float, low: Float, high: Float, original: Float)
        /// The same, blended by the number of turns, and larger scores (Peng and others 2023).
        case yarn(factor: Float, original: Float, fast: Float, slow: Float, truncates: Bool)
        /// Each pair has a divisor of its own for contexts within and beyond the original length (Ding and others 2024);
        /// nil where the divisors are tensors.
        case long(short: [Float]?, long: [Float]?, original: Int)
    }

    /// What a model says about its rotary embedding.
    package struct Configuration: Sendable, Hashable {
        /// The base of the frequencies' geometric series.
        package var base: Float
        /// How many elements of a head turn, the first ones.
        package var dimensionCount: Int
        /// Which elements turn together.
        package var style: Style
        /// How frequencies are changed.
        package var scaling = Scaling.none
        /// Turned queries and keys are multiplied with this.
        package var magnitude: Float = 1

        /// What is read from no file.
        package init(base: Float, dimensionCount: Int, style: Style) {
            self.base = base
            self.dimensionCount = dimensionCount
            self.style = style
        }
    }

    /// Which elements turn together.
    let style: Style
    /// Pairs of a head that turn.
    let pairCount: Int
    /// Radians a position, for each pair of a head.
    private let frequencies: [Float]
    private let magnitude: Float

    /// Prepares the frequencies.
    ///
    /// - Parameters:
    ///   - configuration: What the model says.
    ///   - factors: Divisors of each pair's frequency from the files' tensors, or nil.
    ///   - contextLength: The most positions that will be used.
    package init(_ configuration: Configuration, factors: [Float]? = nil, contextLength: Int = 0) {
        self.style = configuration.style
        self.pairCount = configuration.dimensionCount / 2
        self.magnitude = configuration.magnitude
        var frequencies = (0..<self.pairCount).map { pair in
            powf(configuration.base, -2 * Float(pair) / Float(configuration.dimensionCount))
        }
        configuration.scale(&frequencies, contextLength: contextLength)
        self.frequencies = frequencies.enumerated().map { $1 / (factors?[$0] ?? 1) }
    }

    /// Writes cosine and sine of each pair's angle at a position.
    func fill(_ table: UnsafeMutablePointer<Float>, position: Int) {
        for (pair, frequency) in self.frequencies.enumerated() {
            let angle = Float(position) * frequency
            table[2 * pair] = cosf(angle) * self.magnitude
            table[2 * pair + 1] = sinf(angle) * self.magnitude
        }
    }
}
