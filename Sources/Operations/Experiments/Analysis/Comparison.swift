// SPDX-License-Identifier: Apache-2.0

/// One arm against the control on one metric.
package struct Comparison: Sendable, Hashable {
    /// What can be said.
    package enum Verdict: String, Sendable {
        /// The arm is better than the control.
        case better
        /// The arm is worse than the control.
        case worse
        /// Nothing yet.
        case undecided
        /// One of the arms has too few units to be judged.
        case tooFew = "too-few"
    }

    /// The metric's name.
    package var metric: String
    /// The arm's name.
    package var arm: String
    /// How many units the arm and the control have.
    package var counts: (arm: Int, control: Int) { (self.armCount, self.controlCount) }
    private let armCount: Int
    private let controlCount: Int
    /// The arm's mean as measured.
    package var mean: Double
    /// The control's mean as measured.
    package var controlMean: Double
    /// The difference of the means, after the covariate's adjustment where there is one.
    package var difference: Double
    /// Its standard error.
    package var standardError: Double
    /// Half the width of its interval, which is valid at every look; infinite while there are too few units.
    package var halfWidth: Double
    /// The logarithm of the e-value against "no difference" at this look.
    package var logEvidence: Double
    /// The always-valid p-value; it never rises.
    package var pValue = 1.0
    /// The p-value corrected for all comparisons of the experiment.
    package var adjustedPValue = 1.0
    /// The share of the variance that the covariate takes away, where there is one.
    package var varianceReduction: Double?
    /// What can be said at the experiment's α.
    package var verdict = Verdict.undecided

    /// The interval's lower end.
    package var lower: Double { self.difference - self.halfWidth }
    /// The interval's upper end.
    package var upper: Double { self.difference + self.halfWidth }
    /// The difference as a share of the control's mean, where that is not 0.
    package var relative: Double? { self.controlMean == 0 ? nil : self.difference / abs(self.controlMean) }

    /// Makes a comparison that nothing is said of yet.
    init(
        metric: String, arm: String, of measured: (arm: PairedMoments, control: PairedMoments), difference: Double,
        standardError: Double, halfWidth: Double, logEvidence: Double
    ) {
        self.metric = metric
        self.arm = arm
        self.armCount = measured.arm.count
        self.controlCount = measured.control.count
        self.mean = measured.arm.mean
        self.controlMean = measured.control.mean
        self.difference = difference
        self.standardError = standardError
        self.halfWidth = halfWidth
        self.logEvidence = logEvidence
    }
}
