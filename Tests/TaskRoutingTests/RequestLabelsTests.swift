// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import TaskRouting
import Testing

@Suite("Labels that a request names")
struct RequestLabelsTests {
    static let cases: [(LongText, [String])] = [
        ("Is this review positive or negative? I hated it.", ["positive", "negative"]),
        ("Classify this message as spam or not spam: You won!", ["spam", "not spam"]),
        ("Classify as sports, politics, or weather: Rain.", ["sports", "politics", "weather"]),
        ("Sort this into one of: bug, feature, question. It crashes.", ["bug", "feature", "question"]),
        ("Labels: red, green and blue\nThe sky", ["red", "green", "blue"]),
        ("这条评论是正面还是负面？电池坏了。", ["正面", "负面"]),
        ("Which category fits?", []),
        ("Is it good or good?", []),
        ("", []),
        ("\(String(repeating: "a, ", count: 5000))b or c", []),
    ]

    @Test("They are found in the order written, and only where there are several", arguments: cases)
    func labels(text: LongText, expected: [String]) { #expect(RequestLabels.find(in: text.text) == expected) }

    @Test("A classification that names its labels carries them; other tasks carry none")
    func decision() async throws {
        let router = TaskRouter()
        let classification = try await router.route("Classify this message as spam or not spam: You won!")
        #expect(classification.task == .classification && classification.labels == ["spam", "not spam"])
        let question = try await router.route("What is larger, the sun or the moon?")
        #expect(question.task == .questionAnswering && question.labels.isEmpty)
    }

    @Test("Choices are compared per token, as new words after raw text, and add up to one")
    func probabilities() async throws {
        let model = ScriptedModel(scores: { request in
            request.choices.map { $0.contains("yes") ? -2 : -6 }
        })
        let found = try await model.probabilities(of: ["no", "yes indeed"], after: .raw("Well?"))
        #expect(model.scoringRequests.first?.choices == [" no", " yes indeed"])
        // Two words: -2 / 2 against -6 / 1.
        #expect(found.best.text == "yes indeed" && found.best.probability > 0.99)
        #expect(abs(found.all.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
        let broken = ScriptedModel(scores: { _ in [.nan, .nan] })
        await #expect(throws: LLMError.self) { try await broken.probabilities(of: ["a", "b"], after: "x") }
    }
}
