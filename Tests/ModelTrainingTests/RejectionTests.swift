// SPDX-License-Identifier: Apache-2.0

import ModelTraining
import TaskModels
import Testing

@Suite("Rejection of what a model does not know")
struct RejectionTests {
    private static let labels = ["a", "b", "oos"]
    private static let probabilities = [
        [0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.55, 0.4, 0.05], [0.2, 0.1, 0.7], [0.5, 0.3, 0.2],
    ]
    /// Threshold, accuracy in scope, recall and precision of what is rejected.
    private static let rows: [[Double]] = [
        [0, 1, 0.5, 1], [0.52, 1, 1, 1], [0.6, 2.0 / 3, 1, 2.0 / 3], [1, 0, 1, 0.4],
    ]
    private static let classes = [0, 1, 0, 2, 2]

    @Test(
        "What is said to be else is rejected, and what is not likely enough",
        arguments: rows)
    func report(_ row: [Double]) {
        let (threshold, accuracy, recall, precision) = (row[0], row[1], row[2], row[3])
        let report = RejectionReport(
            probabilities: Self.probabilities, classes: Self.classes, labels: Self.labels,
            rejection: Rejection(label: "oos", threshold: threshold))
        #expect(report.inScopeAccuracy == accuracy && report.outOfScopeRecall == recall)
        #expect(abs(report.outOfScopePrecision - precision) < 1e-12)
    }

    @Test("The threshold is the highest one that costs nothing worth to speak of")
    func fit() {
        let rejection = RejectionReport.fit(
            "oos", probabilities: Self.probabilities, classes: Self.classes, labels: Self.labels)
        #expect(rejection == Rejection(label: "oos", threshold: 0.55))
        let none = RejectionReport.fit(
            nil, probabilities: Self.probabilities, classes: Self.classes, labels: Self.labels)
        #expect(none == Rejection(label: nil) && none.accepts("oos", 0.1))
    }
}
