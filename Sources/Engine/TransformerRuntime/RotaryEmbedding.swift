// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import ModelFiles
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Rotary position embedding (Su and others 2021): neighbouring elements of a head turn by an angle that grows with position.
package struct RotaryEmbedding: Sendable {
    /// What a model file says about its rotary embedding.
    package struct Configuration: Sendable, Hashable {
        /// The base of the frequencies' geometric series.
        package var base: Float
        /// How many elements of a head are turned.
        package var dimensionCount: Int
        /// Positions are divided by this (linear scaling, Chen and others 2023); 1 is off.
        package var linearFactor: Float

        /// Reads `ARCH.rope.*`.
        ///
        /// - Throws: ``TransformerError`` with code `.unsupported` for kinds of scaling that are not known.
        package init(metadata: GGUFMetadata, prefix: String, headLength: Int) throws {
            self.base = Float(metadata.double("\(prefix).rope.freq_base") ?? 10_000)
            self.dimensionCount = metadata.int("\(prefix).rope.dimension_count") ?? headLength
            self.linearFactor = 1
            switch metadata.string("\(prefix).rope.scaling.type") ?? "none" {
            case "none": break
            case "linear": self.linearFactor = Float(metadata.double("\(prefix).rope.scaling.factor") ?? 1)
            case let other:
                throw TransformerError(.unsupported, "This model cannot run here: its RoPE scaling is '\(other)'.")
            }
            guard self.base > 0, self.base.isFinite, self.linearFactor > 0, self.linearFactor.isFinite,
                self.dimensionCount == headLength
            else {
                throw TransformerError(
                    .unsupported,
                    "This model cannot run here: RoPE turns \(self.dimensionCount) of \(headLength) elements, base \(self.base)."
                )
            }
        }
    }

    /// Radians a position, for each pair of a head.
    private let frequencies: [Float]

    /// Prepares the frequencies.
    ///
    /// - Parameters:
    ///   - configuration: What the file says.
    ///   - factors: Divisors of each pair's frequency (Llama 3.1's long-context scaling), or nil.
    package init(_ configuration: Configuration, factors: [Float]?) {
        let pairs = configuration.dimensionCount / 2
        self.frequencies = (0..<pairs).map { pair in
            let exponent = -2 * Float(pair) / Float(configuration.dimensionCount)
            return powf(configuration.base, exponent) / configuration.linearFactor / (factors?[pair] ?? 1)
        }
    }

    /// Writes cosine and sine of each pair's angle at a position.
    func fill(_ table: UnsafeMutablePointer<Float>, position: Int) {
        for (pair, frequency) in self.frequencies.enumerated() {
            let angle = Float(position) * frequency
            table[2 * pair] = cosf(angle)
            table[2 * pair + 1] = sinf(angle)
        }
    }
}
