// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// How likely each of some states is, given what was heard so far.
///
/// Bayes' rule in logarithms: evidence adds the logarithm of its likelihood in each state. Logarithms stay finite whatever is
/// heard, since no evidence counts as impossible (``leastLogLikelihood``), so that nothing is ever not a number, and later evidence
/// can always bring back what earlier evidence spoke against.
public struct BeliefState: Sendable, Hashable {
    /// The smallest logarithm of a likelihood, relative to that of the state which evidence speaks for most.
    public static let leastLogLikelihood = -700.0
    /// The most that evidence may count, as a multiple of itself.
    public static let mostReliability = 100.0

    /// The states' names.
    public private(set) var states: [String]
    /// The logarithms of the states' probabilities; all are finite.
    public private(set) var logProbabilities: [Double]

    /// Begins with what is believed before any evidence.
    ///
    /// - Parameters:
    ///   - states: At least one, each with a name of its own.
    ///   - prior: A weight for each state, of which the sum need not be 1; nil for equal ones.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidStates`, or `.invalidEvidence` for weights that are none.
    public init(states: [String], prior: [Double]? = nil) throws {
        guard !states.isEmpty, !states.contains(""), Set(states).count == states.count else {
            throw AdaptiveControlError(
                .invalidStates, "A belief needs at least one state, each with a name of its own.")
        }
        self.states = states
        self.logProbabilities = [Double](repeating: -.log(Double(states.count)), count: states.count)
        if let prior { try self = self.updated(byLikelihoods: prior) }
    }

    /// The states' probabilities, which add up to 1.
    public var probabilities: [Double] { self.logProbabilities.map(Double.exp) }

    /// The entropy in nats: 0 where one state is certain, the logarithm of their number where all are equal.
    public var entropy: Double { Self.entropy(ofLogProbabilities: self.logProbabilities) }

    /// The index of the likeliest state, the first of equal ones.
    public var best: Int {
        var best = 0
        for index in self.logProbabilities.indices where self.logProbabilities[index] > self.logProbabilities[best] {
            best = index
        }
        return best
    }

    /// The likeliest state's name and probability.
    public var likeliest: (state: String, probability: Double) {
        let best = self.best
        return (self.states[best], .exp(self.logProbabilities[best]))
    }

    /// How far the likeliest state is ahead of the next one: the difference of their probabilities, 1 where there is no other.
    public var margin: Double { Self.margin(ofLogProbabilities: self.logProbabilities) }

    /// What is believed after evidence.
    ///
    /// - Parameters:
    ///   - likelihoods: How likely the evidence is in each state, up to a common factor.
    ///   - reliability: What the logarithm is multiplied by: 1 for independent evidence with calibrated likelihoods, less for
    ///     evidence that repeats what was heard, as ``OpinionPool`` finds out.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence` for another number of likelihoods, negative or infinite ones, or
    ///   none above 0.
    public func updated(byLikelihoods likelihoods: [Double], reliability: Double = 1) throws -> Self {
        guard likelihoods.allSatisfy({ $0 >= 0 && $0.isFinite }), likelihoods.contains(where: { $0 > 0 }) else {
            throw AdaptiveControlError(
                .invalidEvidence,
                "Likelihoods must be finite, not negative, and not all of them 0; these are \(likelihoods.prefix(8)).")
        }
        return try self.updated(
            byLogLikelihoods: likelihoods.map { $0 > 0 ? .log($0) : -.greatestFiniteMagnitude },
            reliability: reliability)
    }

    /// What is believed after evidence whose likelihoods are given as logarithms.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidEvidence`.
    public func updated(byLogLikelihoods logs: [Double], reliability: Double = 1) throws -> Self {
        guard logs.count == self.states.count else {
            throw AdaptiveControlError(
                .invalidEvidence, "There are \(self.states.count) states and \(logs.count) likelihoods.")
        }
        guard (0...Self.mostReliability).contains(reliability), let highest = logs.max(),
            logs.allSatisfy({ !$0.isNaN }), highest.isFinite
        else {
            throw AdaptiveControlError(
                .invalidEvidence,
                "Logarithms of likelihoods must be numbers with a finite highest one, and a reliability from 0 to 100.")
        }
        var result = self
        for index in logs.indices {
            result.logProbabilities[index] += reliability * max(logs[index] - highest, Self.leastLogLikelihood)
        }
        result.normalize()
        return result
    }

    private mutating func normalize() {
        let total = Self.logSum(self.logProbabilities)
        for index in self.logProbabilities.indices { self.logProbabilities[index] -= total }
    }

    /// The logarithm of the sum of exponentials.
    static func logSum(_ logs: [Double]) -> Double {
        let highest = logs.max() ?? 0
        return highest + .log(logs.reduce(0) { $0 + .exp($1 - highest) })
    }

    static func margin(ofLogProbabilities logs: [Double]) -> Double {
        var (first, second) = (-Double.infinity, -Double.infinity)
        for log in logs where log > second { (first, second) = log > first ? (log, first) : (first, log) }
        return min(1, .exp(first) - .exp(second))
    }

    static func entropy(ofLogProbabilities logs: [Double]) -> Double {
        max(0, -logs.reduce(0) { $0 + .exp($1) * $1 })
    }
}
