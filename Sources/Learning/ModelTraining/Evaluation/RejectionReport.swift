// SPDX-License-Identifier: Apache-2.0

package import TaskModels

/// How well a model tells what it knows from everything else.
package struct RejectionReport: Sendable, Equatable {
    /// The share of utterances with an intent of the model's that were accepted with the right one.
    package let inScopeAccuracy: Double
    /// The share of other utterances that were rejected.
    package let outOfScopeRecall: Double
    /// The share of rejected utterances that were right to be.
    package let outOfScopePrecision: Double
    /// How much of the accuracy may be lost for rejecting more.
    private static let mostLost = 0.01

    /// Judges.
    ///
    /// - Parameters:
    ///   - probabilities: Of each utterance's classes.
    ///   - classes: Those that are right.
    ///   - labels: The classes' names.
    ///   - rejection: What is rejected.
    package init(probabilities: [[Double]], classes: [Int], labels: [String], rejection: Rejection) {
        var (inScope, right, others, rejected, rejectedOthers) = (0, 0, 0, 0, 0)
        for (row, label) in zip(probabilities, classes) {
            let best = row.indices.max { row[$0] < row[$1] } ?? 0
            let isAccepted = rejection.accepts(labels[best], row[best])
            let isOther = labels[label] == rejection.label
            if isOther { others += 1 } else { inScope += 1 }
            if isAccepted, !isOther, best == label { right += 1 }
            if !isAccepted { rejected += 1 }
            if !isAccepted, isOther { rejectedOthers += 1 }
        }
        self.inScopeAccuracy = Double(right) / Double(max(1, inScope))
        self.outOfScopeRecall = Double(rejectedOthers) / Double(max(1, others))
        self.outOfScopePrecision = Double(rejectedOthers) / Double(max(1, rejected))
    }

    /// The rejection with the highest threshold that costs at most a hundredth of the accuracy.
    package static func fit(_ label: String?, probabilities: [[Double]], classes: [Int], labels: [String]) -> Rejection
    {
        guard let label else { return Rejection(label: nil) }
        var best = Rejection(label: label)
        let least = Self(probabilities: probabilities, classes: classes, labels: labels, rejection: best)
            .inScopeAccuracy
        for step in 1..<100 {
            let next = Rejection(label: label, threshold: Double(step) / 100)
            let report = Self(probabilities: probabilities, classes: classes, labels: labels, rejection: next)
            guard report.inScopeAccuracy >= least - Self.mostLost else { break }
            best = next
        }
        return best
    }
}
