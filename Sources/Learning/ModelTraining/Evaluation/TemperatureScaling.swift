// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Makes probabilities say how often they are right, by one number that logits are divided by (Guo et al., 2017).
enum TemperatureScaling {
    /// The mean negative logarithm of the probability of what is right, in nats.
    static func loss(_ logits: [[Float]], _ classes: [Int], _ temperature: Float) -> Double {
        guard !classes.isEmpty else { return 0 }
        var sum = 0.0
        for (row, label) in zip(logits, classes) {
            let maximum = row.max() ?? 0
            let total = row.reduce(0.0) { $0 + exp(Double(($1 - maximum) / temperature)) }
            sum += log(total) - Double((row[label] - maximum) / temperature)
        }
        return sum / Double(classes.count)
    }

    /// Logits and the classes that are right.
    typealias Part = (logits: [[Float]], classes: [Int])

    /// The temperature from 0.5 to 20 with which the mean of some parts' losses is least; each part counts as much.
    ///
    /// The loss has one valley, which is cut by the golden ratio. What is always right on a small part is not certain for that: it would be
    /// divided by nothing.
    static func fit(_ parts: [Part]) -> Float {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (log(0.5), log(20.0))
        func value(_ point: Double) -> Double {
            parts.reduce(0) { $0 + self.loss($1.logits, $1.classes, Float(exp(point))) }
        }
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var (leftValue, rightValue) = (value(left), value(right))
        while high - low > 1e-3 {
            if leftValue < rightValue {
                (high, right, rightValue) = (right, left, leftValue)
                left = high - ratio * (high - low)
                leftValue = value(left)
            } else {
                (low, left, leftValue) = (left, right, rightValue)
                right = low + ratio * (high - low)
                rightValue = value(right)
            }
        }
        return Float(exp((low + high) / 2))
    }
}
