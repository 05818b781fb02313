// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// What logits are divided by, so that probabilities say how often they are right (Guo et al., 2017): the more, the more of what was said
/// is new to the model.
package struct LogitTemperature: Sendable, Equatable {
    /// That of what is all known.
    package var known: Float
    /// By how much the logarithm rises to what is all new.
    package var slope: Float

    /// What may be.
    package static let knownRange: ClosedRange<Float> = 0.01...100, slopeRange: ClosedRange<Float> = 0...10

    /// Makes a temperature.
    package init(known: Float = 1, slope: Float = 0) { (self.known, self.slope) = (known, slope) }

    /// That of an input.
    ///
    /// - Parameter novelty: The share of it that is new to the model.
    package func callAsFunction(_ novelty: Float) -> Float {
        self.slope == 0 ? self.known : self.known * exp(self.slope * novelty)
    }
}
