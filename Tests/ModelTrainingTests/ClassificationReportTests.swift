// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelTraining
import OrderedCollections
import Testing

@Suite("Reports of classes")
struct ClassificationReportTests {
    @Test("Accuracy, F1 and calibration are what their definitions give")
    func figures() {
        // Said: a, a, b, b; right: a, b, b, b.
        let report = ClassificationReport(
            probabilities: [[0.9, 0.1, 0], [0.8, 0.2, 0], [0.3, 0.7, 0], [0.4, 0.6, 0]], classes: [0, 1, 1, 1],
            labels: ["a", "b", "c"])
        #expect(report.count == 4 && report.accuracy == 0.75)
        let (a, b) = (2.0 * 0.5 * 1 / 1.5, 2.0 * 1 * (2.0 / 3) / (1 + 2.0 / 3))
        #expect(abs(report.macroF1 - (a + b) / 2) < 1e-12)
        // Every utterance is in a bin of its own.
        #expect(abs(report.calibrationError - (0.1 + 0.8 + 0.3 + 0.4) / 4) < 1e-12)
        #expect(report.classes.map(\.support) == [1, 3, 0])
        #expect(report.json["classes"]?["b"]?["precision"] == 1.0)
    }

    @Test("Nothing judged is nothing right")
    func empty() {
        let report = ClassificationReport(probabilities: [], classes: [], labels: ["a"])
        #expect(report.accuracy == 0 && report.macroF1 == 0 && report.calibrationError == 0)
    }
}
