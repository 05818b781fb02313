// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import TaskModels

/// Makes probabilities say how often they are right, by a number that logits are divided by (Guo et al., 2017), which may rise with how
/// much of an input is new.
enum TemperatureScaling {
    /// The mean negative logarithm of the probability of what is right, in nats.
    static func loss(_ part: Part, _ temperatures: LogitTemperature) -> Double {
        guard !part.classes.isEmpty else { return 0 }
        var sum = 0.0
        for ((row, label), novelty) in zip(zip(part.logits, part.classes), part.novelties) {
            let temperature = temperatures(novelty)
            let maximum = row.max() ?? 0
            let total = row.reduce(0.0) { $0 + exp(Double(($1 - maximum) / temperature)) }
            sum += log(total) - Double((row[label] - maximum) / temperature)
        }
        return sum / Double(part.classes.count)
    }

    /// Logits, the classes that are right, and how much of each input is new to the model.
    typealias Part = (logits: [[Float]], classes: [Int], novelties: [Float])

    /// The temperature from 0.5 to 20, and its slope from 0 to 5, with which the mean of some parts' losses is least; each part counts as
    /// much.
    ///
    /// What is always right on a small part is not certain for that: it would be divided by nothing. Where no part has anything new, no slope
    /// is fitted.
    static func fit(_ parts: [Part]) -> LogitTemperature {
        func best(_ slope: Double) -> (temperature: LogitTemperature, loss: Double) {
            func temperature(_ point: Double) -> LogitTemperature {
                LogitTemperature(known: Float(exp(point)), slope: Float(slope))
            }
            func loss(_ point: Double) -> Double { parts.reduce(0) { $0 + self.loss($1, temperature(point)) } }
            let point = self.lowest(log(0.5)...log(20.0), within: 1e-3, loss)
            return (temperature(point), loss(point))
        }
        let flat = best(0)
        guard parts.contains(where: { $0.novelties.contains { $0 > 0 } }) else { return flat.temperature }
        let sloped = best(self.lowest(0...5, within: 0.02) { best($0).loss })
        return sloped.loss < flat.loss ? sloped.temperature : flat.temperature
    }

    /// Where a function that has one valley is lowest, by the golden ratio.
    private static func lowest(
        _ range: ClosedRange<Double>, within tolerance: Double, _ value: (Double) -> Double
    ) -> Double {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (range.lowerBound, range.upperBound)
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var (leftValue, rightValue) = (value(left), value(right))
        while high - low > tolerance {
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
        return (low + high) / 2
    }
}
