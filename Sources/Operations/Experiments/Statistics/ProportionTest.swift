// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// An exact sequential test that arms' success rates are equal, for assignment with known probabilities.
///
/// Each outcome multiplies the evidence by how much better the arms' own past rates predict it than their mixture does,
/// q_arm(y) / Σ π_b q_b(y). If all arms had one rate, the mean of that factor over arm and outcome is 1 whatever the rate, so
/// the product is an e-process without any approximation, from the first unit on, and even when the probabilities
/// change with the past, as in adaptive allocation.
package struct ProportionTest: Sendable, Hashable {
    private var successes: [Int]
    private var counts: [Int]
    /// The logarithm of the e-value so far.
    package private(set) var logEvidence = 0.0

    /// Begins a test.
    ///
    /// - Parameter arms: How many arms there are.
    package init(arms: Int) {
        self.successes = [Int](repeating: 0, count: arms)
        self.counts = self.successes
    }

    /// Counts an outcome.
    ///
    /// - Parameters:
    ///   - isSuccess: What came of it.
    ///   - arm: The arm's index.
    ///   - probabilities: With which probability each arm was assigned; they add up to 1.
    package mutating func observe(_ isSuccess: Bool, arm: Int, probabilities: [Double]) {
        guard self.counts.indices.contains(arm), probabilities.count == self.counts.count else { return }
        var mixture = 0.0
        for other in self.counts.indices {
            mixture += probabilities[other] * self.likelihood(of: isSuccess, arm: other)
        }
        self.logEvidence += .log(self.likelihood(of: isSuccess, arm: arm) / mixture)
        self.counts[arm] += 1
        if isSuccess { self.successes[arm] += 1 }
    }

    /// Multiplies in the evidence of units that another process counted.
    package mutating func merge(_ other: Self) {
        guard other.counts.count == self.counts.count else { return }
        for arm in self.counts.indices {
            self.counts[arm] += other.counts[arm]
            self.successes[arm] += other.successes[arm]
        }
        self.logEvidence += other.logEvidence
    }

    /// What the arm's past says of an outcome, by Krichevsky and Trofimov's estimate, which is never 0.
    private func likelihood(of isSuccess: Bool, arm: Int) -> Double {
        let rate = (Double(self.successes[arm]) + 0.5) / (Double(self.counts[arm]) + 1)
        return isSuccess ? rate : 1 - rate
    }
}
