// SPDX-License-Identifier: Apache-2.0

/// What a step of the engine costs, as a line over its rows, fitted to the latest steps that only decode.
package struct StepCosts {
    private var (weight, rows, seconds, rowsSquared, product) = (0.0, 0.0, 0.0, 0.0, 0.0)
    /// How much older steps count with each new one.
    private static let decay = 0.97
    /// A row's cost as a part of the first one's, until both were measured.
    private static let assumedShare = 0.15

    /// Nothing is known yet.
    package init() {}

    /// Takes note of a step.
    package mutating func record(rows: Int, seconds: Double) {
        guard rows > 0, seconds > 0 else { return }
        let row = Double(rows)
        self.weight = self.weight * Self.decay + 1
        self.rows = self.rows * Self.decay + row
        self.seconds = self.seconds * Self.decay + seconds
        self.rowsSquared = self.rowsSquared * Self.decay + row * row
        self.product = self.product * Self.decay + row * seconds
    }

    /// Seconds of a step with so many rows, relative to others; nil before the first step.
    package func seconds(rows: Int) -> Double? {
        guard self.weight > 0 else { return nil }
        let (meanRows, meanSeconds) = (self.rows / self.weight, self.seconds / self.weight)
        let spread = self.rowsSquared / self.weight - meanRows * meanRows
        var slope = (self.product / self.weight - meanRows * meanSeconds) / spread
        // Steps of nearly the same size say nothing about the slope.
        if spread < 0.05 || !slope.isFinite {
            slope = meanSeconds * Self.assumedShare / (1 + meanRows * Self.assumedShare)
        }
        let line = meanSeconds + max(0, slope) * (Double(rows) - meanRows)
        return max(line, meanSeconds * 0.1)
    }

    /// How many tokens to guess for one of the sequences that decode.
    ///
    /// - Parameters:
    ///   - acceptance: How likely a guess is right, from 0 to 1.
    ///   - sequences: Sequences that decode in the step.
    ///   - limit: The most guesses.
    ///   - guessSeconds: What a guess itself costs.
    /// - Returns: 0 where guessing does not pay.
    package func bestDraft(acceptance: Double, sequences: Int, limit: Int, guessSeconds: Double) -> Int {
        var best = (length: 0, rate: 0.0)
        var expected = 1.0
        for length in 0...max(0, limit) {
            guard let seconds = self.seconds(rows: sequences + length) else { return limit }
            let rate = (Double(sequences - 1) + expected) / (seconds + Double(length) * guessSeconds)
            if rate > best.rate { best = (length, rate) }
            expected = 1 + acceptance * expected
        }
        return best.length
    }
}
