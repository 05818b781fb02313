// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The standard normal distribution.
package enum NormalDistribution {
    /// The probability of a value up to `x`.
    package static func cumulative(_ x: Double) -> Double { 0.5 * .erfc(-x * 0.5.squareRoot()) }

    /// The probability of a value beyond `x`, without cancellation far out.
    package static func tail(_ x: Double) -> Double { 0.5 * .erfc(x * 0.5.squareRoot()) }

    /// The value that is not exceeded with a probability; infinite at 0 and 1, not a number outside.
    ///
    /// A rational first guess (Abramowitz and Stegun 26.2.23, 4.5e-4) that Halley's method makes exact to rounding.
    package static func quantile(_ probability: Double) -> Double {
        guard probability > 0, probability < 1 else {
            return probability == 0 ? -.infinity : probability == 1 ? .infinity : .nan
        }
        guard probability <= 0.5 else { return -Self.quantile(1 - probability) }
        let t = (-2 * Double.log(probability)).squareRoot()
        let guess = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        var x = guess - t
        for _ in 0..<3 {
            let density = Double.exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let step = (Self.cumulative(x) - probability) / density
            x -= step / (1 + 0.5 * x * step)
        }
        return x
    }
}
