// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// How likely each outcome of a source of evidence is in each state: what was seen of the source, as a model of it.
public struct LikelihoodTable: Sendable, Hashable {
    /// What the source may say.
    public let outcomes: [String]
    /// Of each state, the logarithm of each outcome's probability; all are finite.
    public let logLikelihoods: [[Double]]
    private let numbers: [String: Int]

    /// Learns from counts, such as a confusion matrix.
    ///
    /// - Parameters:
    ///   - outcomes: What the source may say, each once.
    ///   - counts: Of each state, how often it said each; finite, not negative.
    ///   - smoothing: What is added to each count, so that nothing is impossible for not having been seen; above 0. A half is Krichevsky and
    ///     Trofimov's estimate.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence`.
    public init(outcomes: [String], counts: [[Double]], smoothing: Double = 0.5) throws {
        guard !outcomes.isEmpty, Set(outcomes).count == outcomes.count, !counts.isEmpty,
            counts.allSatisfy({ $0.count == outcomes.count })
        else {
            throw AdaptiveControlError(
                .invalidEvidence,
                "A table of likelihoods needs outcomes with different names, and for each state as many numbers.")
        }
        guard smoothing > 0, smoothing.isFinite, counts.allSatisfy({ $0.allSatisfy { (0...1e15).contains($0) } })
        else {
            throw AdaptiveControlError(
                .invalidEvidence, "Counts must be from 0 to 1e15, and what is added to them above 0.")
        }
        self.outcomes = outcomes
        self.numbers = Dictionary(uniqueKeysWithValues: outcomes.enumerated().map { ($1, $0) })
        self.logLikelihoods = counts.map { row in
            let total = row.reduce(0, +) + smoothing * Double(row.count)
            return row.map { max(BeliefState.leastLogLikelihood, .log(($0 + smoothing) / total)) }
        }
    }

    /// A source that names the state, right with a probability and otherwise any other one.
    ///
    /// - Parameters:
    ///   - states: The states, which are the outcomes.
    ///   - accuracy: How often it is right, between 0 and 1.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence`.
    public init(states: [String], accuracy: Double) throws {
        guard accuracy > 0, accuracy < 1 else {
            throw AdaptiveControlError(
                .invalidEvidence, "An accuracy of \(accuracy) is none between 0 and 1: nothing is always right.")
        }
        let others = (1 - accuracy) / Double(max(1, states.count - 1))
        let counts = states.indices.map { state in states.indices.map { $0 == state ? accuracy : others } }
        try self.init(outcomes: states, counts: counts, smoothing: 1e-12)
    }

    /// The logarithms of an outcome's likelihoods in each state.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence` for an outcome that is none of the table's.
    public func logLikelihoods(of outcome: String) throws -> [Double] {
        guard let number = self.numbers[outcome] else {
            throw AdaptiveControlError(
                .invalidEvidence,
                "'\(outcome)' is none of the outcomes: \(self.outcomes.prefix(8).joined(separator: ", ")).")
        }
        return self.logLikelihoods.map { $0[number] }
    }

    /// How many nats of uncertainty an answer takes away in the mean (the mutual information of state and outcome), before it is known;
    /// never negative.
    ///
    /// - Parameter belief: Of as many states as the table has.
    public func expectedInformation(in belief: BeliefState) -> Double {
        let entropies = zip(belief.probabilities, self.logLikelihoods).map { probability, row in
            probability * BeliefState.entropy(ofLogProbabilities: row)
        }
        let outcomes = self.outcomes.indices.map { outcome in
            BeliefState.logSum(zip(belief.logProbabilities, self.logLikelihoods).map { $0 + $1[outcome] })
        }
        return max(0, BeliefState.entropy(ofLogProbabilities: outcomes) - entropies.reduce(0, +))
    }
}
