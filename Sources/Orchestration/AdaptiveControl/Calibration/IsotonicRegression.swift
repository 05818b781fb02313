// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A map from scores to how often what has them is right, which never falls (Zadrozny and Elkan, 2002).
///
/// Fitted by pooling adjacent violators (Ayer et al., 1955); between the means of two blocks it is linear.
public struct IsotonicRegression: Sendable, Hashable {
    /// A thousandth of a thousandth of the score itself is mixed in, so that scores of one block keep their order.
    private static let slope = 1e-6

    /// The mean scores of the blocks, rising.
    public let scores: [Double]
    /// What is right of each block, never falling.
    public let values: [Double]

    /// Takes blocks that are known.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings` unless scores rise, and values are from 0 to 1 and do not fall.
    public init(scores: [Double], values: [Double]) throws {
        guard !scores.isEmpty, scores.count == values.count, zip(scores, scores.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(values, values.dropFirst()).allSatisfy({ $0 <= $1 }), values.allSatisfy({ (0...1).contains($0) }),
            scores.allSatisfy(\.isFinite)
        else {
            throw AdaptiveControlError(
                .invalidSettings, "Isotonic calibration needs rising scores, and values from 0 to 1 that never fall.")
        }
        (self.scores, self.values) = (scores, values)
    }

    /// Fits the map.
    ///
    /// - Parameter outcomes: Scores, and whether what had them was right; at least one, all scores finite.
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords`.
    public init(fitting outcomes: [(score: Double, isRight: Bool)]) throws {
        guard !outcomes.isEmpty, outcomes.allSatisfy({ $0.score.isFinite }) else {
            throw AdaptiveControlError(.invalidRecords, "Calibration needs outcomes whose scores are finite.")
        }
        var blocks: [Block] = []
        for (score, isRight) in outcomes.sorted(by: { $0.score < $1.score }) {
            let block = Block(highest: score, scores: score, right: isRight ? 1 : 0, count: 1)
            // Equal scores are one, whatever came of them.
            if let last = blocks.last, last.highest == score {
                blocks[blocks.count - 1].add(block)
            } else {
                blocks.append(block)
            }
        }
        var pooled: [Block] = []
        for block in blocks {
            pooled.append(block)
            while pooled.count > 1, pooled[pooled.count - 2].mean >= pooled[pooled.count - 1].mean {
                let last = pooled.removeLast()
                pooled[pooled.count - 1].add(last)
            }
        }
        (self.scores, self.values) = (pooled.map { $0.scores / $0.count }, pooled.map(\.mean))
    }

    /// How often what has a score is right.
    ///
    /// - Parameter score: Not a number is taken for the lowest.
    public func callAsFunction(_ score: Double) -> Double {
        let value = self.interpolated(score)
        guard score.isFinite else { return value }
        return (1 - Self.slope) * value + Self.slope * min(1, max(0, score))
    }

    private func interpolated(_ score: Double) -> Double {
        guard let first = self.scores.first, let last = self.scores.last, score > first else { return self.values[0] }
        guard score < last else { return self.values[self.values.count - 1] }
        var (low, high) = (0, self.scores.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.scores[middle] <= score { low = middle } else { high = middle }
        }
        let share = (score - self.scores[low]) / (self.scores[high] - self.scores[low])
        return self.values[low] + share * (self.values[high] - self.values[low])
    }
}

/// Neighbouring scores that have one value.
private struct Block {
    var highest: Double
    var scores: Double
    var right: Double
    var count: Double

    var mean: Double { self.right / self.count }

    mutating func add(_ other: Self) {
        self.highest = other.highest
        self.scores += other.scores
        self.right += other.right
        self.count += other.count
    }
}
