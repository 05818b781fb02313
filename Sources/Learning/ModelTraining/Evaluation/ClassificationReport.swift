// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import OrderedCollections

/// How good probabilities of classes are.
package struct ClassificationReport: Sendable {
    /// A class.
    package struct Class: Sendable {
        package let label: String
        /// The share of what was said to be of the class that is.
        package let precision: Double
        /// The share of what is of the class that was said to be.
        package let recall: Double
        /// The harmonic mean of both.
        package var f1: Double {
            self.precision + self.recall > 0
                ? 2 * self.precision * self.recall / (self.precision + self.recall) : 0
        }
        /// How many are of the class.
        package let support: Int
    }

    /// How many were judged.
    package let count: Int
    /// The share that was right.
    package let accuracy: Double
    /// The mean of the classes' F1, of those that are there or were said to be.
    package let macroF1: Double
    /// The expected calibration error in 15 bins of equal width (Naeini, Cooper and Hauskrecht, 2015).
    package let calibrationError: Double
    /// Each class.
    package let classes: [Class]
    private static let bins = 15

    /// Judges.
    ///
    /// - Parameters:
    ///   - probabilities: Of each utterance's classes.
    ///   - classes: Those that are right.
    ///   - labels: The classes' names.
    package init(probabilities: [[Double]], classes: [Int], labels: [String]) {
        var said = [Int](repeating: 0, count: labels.count)
        var (support, hits) = (said, said)
        var bins = [(confidence: Double, right: Double)](repeating: (0, 0), count: Self.bins)
        for (row, right) in zip(probabilities, classes) {
            let best = row.indices.max { row[$0] < row[$1] } ?? 0
            said[best] += 1
            support[right] += 1
            if best == right { hits[best] += 1 }
            let bin = min(Self.bins - 1, Int(row[best] * Double(Self.bins)))
            bins[bin].confidence += row[best]
            bins[bin].right += best == right ? 1 : 0
        }
        self.count = classes.count
        let total = Double(max(1, classes.count))
        self.accuracy = Double(hits.reduce(0, +)) / total
        self.calibrationError = bins.reduce(0) { $0 + abs($1.confidence - $1.right) } / total
        let all = labels.indices.map { index in
            Class(
                label: labels[index],
                precision: said[index] == 0 ? 0 : Double(hits[index]) / Double(said[index]),
                recall: support[index] == 0 ? 0 : Double(hits[index]) / Double(support[index]),
                support: support[index])
        }
        self.classes = all
        let counted = labels.indices.filter { support[$0] + said[$0] > 0 }.map { all[$0].f1 }
        self.macroF1 = counted.isEmpty ? 0 : counted.reduce(0, +) / Double(counted.count)
    }

    /// The report for programs.
    package var json: OrderedDictionary<String, JSONValue> {
        [
            "examples": .integer(self.count), "accuracy": .number(self.accuracy), "macro_f1": .number(self.macroF1),
            "ece": .number(self.calibrationError),
            "classes": .object(
                OrderedDictionary(
                    uniqueKeysWithValues: self.classes.map { entry in
                        (
                            entry.label,
                            [
                                "precision": .number(entry.precision), "recall": .number(entry.recall),
                                "f1": .number(entry.f1), "support": .integer(entry.support),
                            ]
                        )
                    })),
        ]
    }
}
