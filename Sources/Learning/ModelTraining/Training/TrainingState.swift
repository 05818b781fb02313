// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import LLMCore
internal import TaskModels

/// Where a training is: all that it needs to go on.
package struct TrainingState<Weights: ParameterGroup> {
    /// The weights after the last step, and those of the best epoch.
    package internal(set) var weights: Weights, best: Weights
    /// What the epochs have come to.
    package internal(set) var history: TrainingHistory
    var optimiser: AdamW
    /// Where in the epoch the training is.
    var position = TrainingPosition()

    /// Begins.
    ///
    /// - Parameters:
    ///   - weights: Those of a model that has learnt nothing.
    ///   - weightDecay: How much of itself a weight loses in a step of rate 1.
    ///   - history: An empty one, which knows what is best.
    init(_ weights: Weights, weightDecay: Float, history: TrainingHistory = TrainingHistory()) {
        (self.weights, self.best, self.history, self.optimiser) = (weights, weights, history, AdamW())
        self.optimiser.weightDecay = weightDecay
    }

    /// The number of the step that comes next, from 0, over all epochs.
    func number(_ plan: TrainingPlan) -> Int { self.history.epochs.count * plan.stepsPerEpoch + self.position.step }

    /// Random numbers of the step that comes next; or those of its epoch, which are the same for all of its steps.
    func numbers(ofStep isOfStep: Bool, _ plan: TrainingPlan) -> SeededNumbers {
        let epoch = plan.seed &* 7919 &+ UInt64(self.history.epochs.count)
        return SeededNumbers(seed: epoch &* 1_000_003 &+ (isOfStep ? UInt64(self.position.step + 1) : 0))
    }

    /// What the step that comes next drops.
    func dropout(_ plan: TrainingPlan) -> Dropout {
        Dropout(rate: plan.dropout, seed: plan.seed &* 104_729 &+ UInt64(self.number(plan)))
    }

    /// Changes the weights by what a step has come to.
    ///
    /// - Parameters:
    ///   - weight: How much the step's loss counts in the epoch's.
    ///   - tokens: How many pieces it has read.
    /// - Throws: ``TrainingError`` with code `.diverged`.
    mutating func take(_ step: DataParallel.Step, _ plan: TrainingPlan, weight: Int, tokens: Int) throws {
        let (number, norm) = (self.number(plan), step.gradients.norm)
        guard step.loss.isFinite, norm.isFinite else {
            throw TrainingError(
                .diverged, "The loss of step \(number + 1) is no number any more; a lower --rate may help.")
        }
        self.optimiser.step(
            &self.weights, along: step.gradients, rate: plan.schedule.rate(at: number),
            times: norm > plan.longestGradient ? plan.longestGradient / norm : 1)
        self.position.loss += step.loss * Double(weight)
        self.position.weight += weight
        self.position.tokens += tokens
        self.position.step += 1
    }

    /// Ends an epoch.
    ///
    /// - Returns: Whether it is the best so far, whose weights are kept.
    mutating func endEpoch(accuracy: Double, loss: Double) -> Bool {
        let epoch = self.history.epochs.count
        self.history.epochs.append(
            TrainingHistory.Epoch(
                loss: self.position.meanLoss, accuracy: accuracy, developmentLoss: loss,
                seconds: self.position.seconds, tokensPerSecond: self.position.tokensPerSecond))
        self.position = TrainingPosition()
        guard self.history.best == epoch else { return false }
        self.best = self.weights
        return true
    }
}

extension TrainingState: Sendable where Weights: Sendable {}
