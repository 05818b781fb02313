// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("The conformance checks for models")
struct ConformanceTests {
    private static let answers = [ScriptedModel.Reply](repeating: "Paris", count: 16)

    @Test("A model that keeps the rules passes")
    func passes() async {
        #expect(await ModelAdapterConformance(ScriptedModel(replies: Self.answers)).failures() == [])
        let scoring = ScriptedModel(replies: Self.answers, scores: { _ in [-1, -2] })
        #expect(await ModelAdapterConformance(scoring).failures() == [])
    }

    @Test("Broken rules are named")
    func failures() async {
        let cutOff = ScriptedModel(replies: ["Paris", .cutOff(after: "Par")] + Self.answers)
        #expect(
            await ModelAdapterConformance(cutOff).failures() == [
                "stream and response: the stream ends without a summary"
            ])
        let moody = ScriptedModel(replies: ["Paris", "Rome"] + Self.answers, scores: { _ in [1, -2] })
        #expect(
            await ModelAdapterConformance(moody).failures() == [
                "stream and response: greedy answers differ: 'Rome' and 'Paris'",
                "scoring: a log-probability is above 0 or not finite",
            ])
    }
}
