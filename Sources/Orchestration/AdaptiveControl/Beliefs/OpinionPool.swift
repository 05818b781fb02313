// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import RealModule

/// How much the probabilities of several models count together: the logarithmic opinion pool (Genest and Zidek, 1986).
///
/// The pooled belief is ∏ pₖ(state)^wₖ, normalised. Weights with which what is true is likeliest (maximum likelihood) make its
/// probabilities say how often they are right, and see to it that models which say the same for the same reasons do not count twice. For one
/// model, the weight is the inverse of the temperature of temperature scaling (Guo et al., 2017).
public struct OpinionPool: Sendable, Hashable {
    /// The most one model may count.
    public static let mostWeight = 20.0
    /// The smallest probability that is told apart from 0.
    public static let leastProbability = 1e-9
    /// Draws weights to 1 over the number of models, so that a part on which all are right does not make them infinite.
    private static let ridge = 1e-3
    private static let mostSteps = 50

    /// What each model's log-probabilities are multiplied by, not negative.
    public let weights: [Double]

    /// Pools with weights that are known.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings` for weights that are not from 0 to ``mostWeight``, or none.
    public init(weights: [Double]) throws {
        guard !weights.isEmpty, weights.allSatisfy({ (0...Self.mostWeight).contains($0) }) else {
            throw AdaptiveControlError(.invalidSettings, "Weights of models must be from 0 to 20; they are \(weights).")
        }
        self.weights = weights
    }

    /// Finds the weights by Newton's method; the loss has one valley.
    ///
    /// - Parameters:
    ///   - logProbabilities: Models × examples × states, as ``logProbabilities(_:)`` makes them.
    ///   - states: The true state of each example.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords` where the numbers of examples or states differ, or there is none.
    public init(fitting logProbabilities: [[[Double]]], states: [Int]) throws {
        guard let first = logProbabilities.first, let count = first.first?.count, !states.isEmpty,
            logProbabilities.allSatisfy({ $0.count == states.count && $0.allSatisfy { $0.count == count } }),
            states.allSatisfy({ (0..<count).contains($0) })
        else {
            throw AdaptiveControlError(
                .invalidRecords, "Each model must have given as many probabilities for each of the same examples.")
        }
        let start = 1 / Double(logProbabilities.count)
        var weights = [Double](repeating: start, count: logProbabilities.count)
        for _ in 0..<Self.mostSteps {
            var valley = Valley(at: weights, logProbabilities, states)
            valley.addRidge(Self.ridge, around: start, at: weights)
            valley.hold(at: weights)
            let next = zip(weights, valley.step()).map { min(Self.mostWeight, max(0, $0 - $1)) }
            let change = zip(weights, next).map { abs($0 - $1) }.max() ?? 0
            weights = next
            if change < 1e-6 { break }
        }
        self.weights = weights
    }

    /// Logarithms of a model's probabilities, all finite.
    public static func logProbabilities(_ probabilities: some Sequence<Double>) -> [Double] {
        probabilities.map { .log($0 > Self.leastProbability ? $0 : Self.leastProbability) }
    }

    /// What is believed after all of the models have been heard.
    ///
    /// - Parameter logProbabilities: Models × states.
    /// - Returns: The logarithms of the pooled probabilities.
    public func pooled(_ logProbabilities: some Collection<[Double]>) -> [Double] {
        Self.pooled(logProbabilities, self.weights)
    }

    fileprivate static func pooled(_ logProbabilities: some Collection<[Double]>, _ weights: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: logProbabilities.first?.count ?? 0)
        for (logs, weight) in zip(logProbabilities, weights) {
            for index in sums.indices { sums[index] += weight * logs[index] }
        }
        let total = BeliefState.logSum(sums)
        for index in sums.indices { sums[index] -= total }
        return sums
    }
}

/// The mean loss around some weights: its gradient and its curvature.
private struct Valley {
    var gradient: [Double]
    var curvature: [[Double]]

    init(at weights: [Double], _ logProbabilities: [[[Double]]], _ states: [Int]) {
        let (models, scale) = (weights.indices, 1 / Double(states.count))
        self.gradient = weights.map { _ in 0 }
        self.curvature = weights.map { _ in weights.map { _ in 0 } }
        for (example, state) in states.enumerated() {
            let rows = logProbabilities.map { $0[example] }
            let pooled = OpinionPool.pooled(rows, weights).map(Double.exp)
            let means = rows.map { row in zip(pooled, row).reduce(0) { $0 + $1.0 * $1.1 } }
            for left in models {
                self.gradient[left] += scale * (means[left] - rows[left][state])
                for right in models where right >= left {
                    var product = 0.0
                    for index in pooled.indices { product += pooled[index] * rows[left][index] * rows[right][index] }
                    self.curvature[left][right] += scale * (product - means[left] * means[right])
                    self.curvature[right][left] = self.curvature[left][right]
                }
            }
        }
    }

    mutating func addRidge(_ ridge: Double, around center: Double, at weights: [Double]) {
        for index in weights.indices {
            self.gradient[index] += ridge * (weights[index] - center)
            self.curvature[index][index] += ridge
        }
    }

    /// Keeps weights that are at a bound and would go beyond it where they are, so that the others find their best for that.
    mutating func hold(at weights: [Double]) {
        for index in weights.indices
        where weights[index] == 0 && self.gradient[index] > 0
            || weights[index] == OpinionPool.mostWeight && self.gradient[index] < 0
        {
            self.gradient[index] = 0
            for other in weights.indices {
                self.curvature[index][other] = 0
                self.curvature[other][index] = 0
            }
            self.curvature[index][index] = 1
        }
    }

    /// The curvature's inverse times the gradient, by elimination; the ridge makes the matrix positive definite.
    func step() -> [Double] {
        var (matrix, right) = (self.curvature, self.gradient)
        for pivot in right.indices {
            for row in right.indices where row > pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in right.indices where column >= pivot {
                    matrix[row][column] -= factor * matrix[pivot][column]
                }
                right[row] -= factor * right[pivot]
            }
        }
        for pivot in right.indices.reversed() {
            for column in right.indices where column > pivot { right[pivot] -= matrix[pivot][column] * right[column] }
            right[pivot] /= matrix[pivot][pivot]
        }
        return right
    }
}
