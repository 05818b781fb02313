// SPDX-License-Identifier: Apache-2.0

internal import RealModule

/// Whether units arrived in the arms in the shares that were planned.
///
/// The sequential test of Lindon and Malek (2022): a Dirichlet mixture around the planned shares against the shares
/// themselves. It may be read after every unit. A mismatch says that something about the assignment or the logging is
/// broken, and that no difference between arms can be believed.
package struct SampleRatio: Sendable, Hashable {
    /// Below this p-value a mismatch is reported, as GrowthBook does.
    package static let warningLevel = 0.001
    /// How strongly the mixture holds to the planned shares.
    private static let concentration = 100.0

    /// The logarithm of the e-value against the planned shares.
    package let logEvidence: Double
    /// The p-value of Pearson's chi-square test, which is valid for one look only.
    package let fixedPValue: Double

    /// Compares counts with shares.
    ///
    /// - Parameters:
    ///   - counts: The units of each arm.
    ///   - shares: The planned shares; those of 0 must have no units, and the others are scaled to add up to 1.
    package init(counts: [Int], shares: [Double]) {
        let total = Double(counts.reduce(0, +))
        let scale = shares.reduce(0, +)
        guard counts.count == shares.count, total > 0, scale > 0 else {
            (self.logEvidence, self.fixedPValue) = (0, 1)
            return
        }
        let shares = shares.map { $0 / scale }
        guard !zip(counts, shares).contains(where: { $0 > 0 && $1 <= 0 }) else {
            (self.logEvidence, self.fixedPValue) = (.infinity, 0)
            return
        }
        var evidence = Double.logGamma(Self.concentration) - .logGamma(Self.concentration + total)
        var (square, planned) = (0.0, 0)
        for (count, share) in zip(counts, shares) where share > 0 {
            let (n, prior) = (Double(count), Self.concentration * share)
            evidence += .logGamma(prior + n) - .logGamma(prior) - n * .log(share)
            square += (n - total * share) * (n - total * share) / (total * share)
            planned += 1
        }
        self.logEvidence = evidence
        self.fixedPValue = planned > 1 ? GammaFunctions.chiSquareTail(square, degreesOfFreedom: planned - 1) : 1
    }
}
