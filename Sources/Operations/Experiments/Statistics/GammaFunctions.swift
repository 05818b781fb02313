// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// The incomplete gamma and beta functions, by series and continued fractions (Lentz's method).
package enum GammaFunctions {
    private static let maximumTerms = 10_000
    private static let tiny = 1e-300
    private static let precision = 1e-16

    /// The regularised upper incomplete gamma function Q(a, x), for a > 0 and x ≥ 0.
    package static func upper(_ a: Double, _ x: Double) -> Double {
        guard a > 0, x >= 0 else { return .nan }
        guard x > 0 else { return 1 }
        guard x < .infinity else { return 0 }
        return x < a + 1 ? 1 - Self.lowerSeries(a, x) : Self.upperFraction(a, x)
    }

    /// The probability that a chi-square variable exceeds a value.
    package static func chiSquareTail(_ value: Double, degreesOfFreedom: Int) -> Double {
        Self.upper(Double(degreesOfFreedom) / 2, value / 2)
    }

    /// The logarithm of the beta function.
    package static func logBeta(_ a: Double, _ b: Double) -> Double { .logGamma(a) + .logGamma(b) - .logGamma(a + b) }

    /// The regularised incomplete beta function, the probability of a value up to `x` of a Beta(a, b) variable.
    package static func incompleteBeta(_ a: Double, _ b: Double, _ x: Double) -> Double {
        guard a > 0, b > 0, x >= 0, x <= 1 else { return .nan }
        guard x > 0, x < 1 else { return x }
        let front = Double.exp(a * .log(x) + b * .log(onePlus: -x) - Self.logBeta(a, b))
        return x < (a + 1) / (a + b + 2)
            ? front * Self.betaFraction(a, b, x) / a : 1 - front * Self.betaFraction(b, a, 1 - x) / b
    }

    /// The value that a Beta(a, b) variable does not exceed with a probability, by halving.
    package static func betaQuantile(_ a: Double, _ b: Double, _ probability: Double) -> Double {
        guard a > 0, b > 0, probability >= 0, probability <= 1 else { return .nan }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if Self.incompleteBeta(a, b, middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private static func lowerSeries(_ a: Double, _ x: Double) -> Double {
        var (term, sum, n) = (1 / a, 1 / a, a)
        for _ in 0..<Self.maximumTerms {
            n += 1
            term *= x / n
            sum += term
            if term < sum * Self.precision { break }
        }
        return sum * .exp(a * .log(x) - x - .logGamma(a))
    }

    private static func upperFraction(_ a: Double, _ x: Double) -> Double {
        var b = x + 1 - a
        var c = 1 / Self.tiny
        var d = 1 / b
        var result = d
        for i in 1...Self.maximumTerms {
            let term = -Double(i) * (Double(i) - a)
            b += 2
            d = 1 / Self.nonzero(term * d + b)
            c = Self.nonzero(b + term / c)
            result *= d * c
            if abs(d * c - 1) < Self.precision { break }
        }
        return result * .exp(a * .log(x) - x - .logGamma(a))
    }

    private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        var c = 1.0
        var d = 1 / Self.nonzero(1 - (a + b) * x / (a + 1))
        var result = d
        for i in 1...Self.maximumTerms {
            let m = Double(i)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / Self.nonzero(1 + even * d)
            c = Self.nonzero(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / Self.nonzero(1 + odd * d)
            c = Self.nonzero(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < Self.precision { break }
        }
        return result
    }

    private static func nonzero(_ value: Double) -> Double { abs(value) < Self.tiny ? Self.tiny : value }
}
