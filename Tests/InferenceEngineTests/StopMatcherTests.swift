// SPDX-License-Identifier: Apache-2.0

import InferenceEngine
import Testing

@Suite("Stop strings")
struct StopMatcherTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let stops: [String]
        let pieces: [String]
        let text: String
        let stopped: Bool
        var testDescription: String { "\(self.pieces) with \(self.stops)" }
    }

    @Test(
        "Text passes up to the first stop string, however it is cut into pieces",
        arguments: [
            Case(stops: [], pieces: ["a", "b"], text: "ab", stopped: false),
            Case(stops: [""], pieces: ["a", "b"], text: "ab", stopped: false),
            Case(stops: ["END"], pieces: ["one EN", "D two"], text: "one ", stopped: true),
            Case(stops: ["END"], pieces: ["one E", "N", "X END"], text: "one ENX ", stopped: true),
            Case(stops: ["END"], pieces: ["EN", "EN", "END"], text: "ENEN", stopped: true),
            Case(stops: ["END"], pieces: ["half EN"], text: "half EN", stopped: false),
            Case(stops: ["。", "!"], pieces: ["你好", "。再见"], text: "你好", stopped: true),
            Case(stops: ["bc", "abcd"], pieces: ["xab", "cd"], text: "x", stopped: true),
            Case(stops: ["aab"], pieces: ["a", "a", "a", "b", "c"], text: "a", stopped: true),
        ])
    func matches(test: Case) {
        var matcher = StopMatcher(test.stops)
        var text = ""
        var stopped = false
        for piece in test.pieces {
            switch matcher.append(piece) {
            case .pass(let passed): text += passed
            case .stop(let passed):
                text += passed
                stopped = true
            }
            if stopped { break }
        }
        if !stopped { text += matcher.finish() }
        #expect(text == test.text)
        #expect(stopped == test.stopped)
    }
}
