// SPDX-License-Identifier: Apache-2.0

/// When a training makes which step, and when it has done.
package struct TrainingPlan: Sendable {
    /// How many examples an epoch reads, and a step of it.
    package let examples: Int, batch: Int
    /// How many epochs there are at most, and how many without a better one are waited for.
    package let epochs: Int, patience: Int
    /// What everything random depends on, beside the epoch and the step.
    package let seed: UInt64
    /// The share of numbers that a step drops.
    let dropout: Float
    /// The longest gradient; a longer one is shortened.
    let longestGradient: Float
    let schedule: LearningRateSchedule

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - rate: The highest learning rate.
    ///   - warmUp: The share of steps in which it rises.
    init(
        examples: Int, batch: Int, epochs: Int, patience: Int, seed: UInt64, dropout: Float, longestGradient: Float,
        rate: Float, warmUp: Float
    ) {
        (self.examples, self.batch, self.epochs, self.patience) = (examples, batch, epochs, patience)
        (self.seed, self.dropout, self.longestGradient) = (seed, dropout, longestGradient)
        let steps = (examples + batch - 1) / batch * epochs
        self.schedule = LearningRateSchedule(peak: rate, warmUp: max(1, Int(Float(steps) * warmUp)), steps: steps)
    }

    /// How many steps an epoch has.
    var stepsPerEpoch: Int { (self.examples + self.batch - 1) / self.batch }

    /// Which of an epoch's examples a step reads.
    func examples(of step: Int) -> Range<Int> { step * self.batch..<min(self.examples, (step + 1) * self.batch) }
}
