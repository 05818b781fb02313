// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Exact tails of distributions of counts.
package enum DiscreteTails {
    /// The probability of at most so many successes.
    package static func binomial(upTo successes: Int, of count: Int, rate: Double) -> Double {
        guard successes >= 0 else { return 0 }
        guard successes < count, rate > 0 else { return 1 }
        guard rate < 1 else { return 0 }
        let terms = (0...successes).map { number in
            Self.logChoices(number, of: count) + Double(number) * .log(rate) + Double(count - number)
                * .log(onePlus: -rate)
        }
        return min(1, .exp(BeliefState.logSum(terms)))
    }

    /// The probability that at most so many of those drawn are marked.
    ///
    /// - Parameters:
    ///   - found: How many marked ones.
    ///   - drawn: How many are drawn without putting them back.
    ///   - count: Of how many.
    ///   - marked: How many of them are marked.
    package static func hypergeometric(upTo found: Int, drawn: Int, of count: Int, marked: Int) -> Double {
        let (lowest, highest) = (max(0, drawn + marked - count), min(drawn, marked))
        guard found >= lowest else { return 0 }
        guard found < highest else { return 1 }
        let all = Self.logChoices(drawn, of: count)
        let terms = (lowest...found).map { number in
            Self.logChoices(number, of: marked) + Self.logChoices(drawn - number, of: count - marked) - all
        }
        return min(1, .exp(BeliefState.logSum(terms)))
    }

    private static func logChoices(_ chosen: Int, of count: Int) -> Double {
        .logGamma(Double(count) + 1) - .logGamma(Double(chosen) + 1) - .logGamma(Double(count - chosen) + 1)
    }
}
