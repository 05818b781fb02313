// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import OrderedCollections
import PipelineSteps
import Pipelines
import Testing

@Suite("Deciding in pipelines")
struct DecideStepTests {
    private let steps = StepRunning()
    private static let sources: JSONValue = [
        ["name": "words", "cost": 1, "accuracy": 0.7],
        [
            "name": "picture", "cost": 5,
            "table": ["cat": ["fur": 9, "metal": 1], "car": ["fur": 1, "metal": 9]],
        ],
        ["name": "user", "cost": 100, "accuracy": 0.99, "question": "Is it a cat or a car?"],
    ]

    private func inputs(_ more: JSONValue) -> JSONValue {
        var inputs = more.objectValue ?? [:]
        inputs["states"] = ["cat", "car"]
        inputs["sources"] = inputs["sources"] ?? Self.sources
        return .object(inputs)
    }

    @Test("What tells most for its cost is asked first; enough evidence ends in an act, with an account")
    func asks() async throws {
        let open = try await self.steps.run("decide", self.inputs([:]))
        #expect(open["action"] == "ask" && open["ask"] == "words" && open["question"] == "")
        #expect(abs((open["entropy"]?.numberValue ?? 0) - 0.6931) < 1e-3)
        let later = try await self.steps.run(
            "decide", self.inputs(["evidence": [["source": "words", "outcome": "cat"], nil]]))
        #expect(later["ask"] == "picture" && later["spent"]?.numberValue == 1 && later["state"] == "cat")
        #expect(abs((later["confidence"]?.numberValue ?? 0) - 0.7) < 1e-9)
        let sure = try await self.steps.run(
            "decide",
            self.inputs([
                "evidence": [["source": "words", "outcome": "cat"], ["source": "picture", "outcome": "fur"]]
            ]))
        #expect(
            sure["action"] == "act" && sure["reason"] == "certain" && sure["state"] == "cat"
                && sure["spent"]?.numberValue == 6)
        #expect(sure["account"]?["turns"]?.arrayValue?.count == 2 && sure["heard"]?.arrayValue?.count == 2)
    }

    @Test("Only the user is left: the question is the result; without the budget for it, the likeliest state")
    func question() async throws {
        let evidence: JSONValue = [["source": "words", "outcome": "cat"], ["source": "picture", "outcome": "metal"]]
        let asked = try await self.steps.run("decide", self.inputs(["evidence": evidence]))
        #expect(asked["ask"] == "user" && asked["question"] == "Is it a cat or a car?")
        let poor = try await self.steps.run("decide", self.inputs(["evidence": evidence, "budget": 50]))
        #expect(poor["action"] == "act" && poor["reason"] == "budget-spent" && poor["state"] == "car")
        let known = try await self.steps.run(
            "decide", self.inputs(["prior": ["cat": 99, "car": 1], "threshold": 0.1]))
        #expect(known["action"] == "act" && known["state"] == "cat")
        let told = try await self.steps.run(
            "decide", self.inputs(["evidence": [["likelihoods": ["car": 40, "cat": 1]]]]))
        #expect(told["action"] == "act" && told["state"] == "car" && told["spent"]?.numberValue == 0)
    }

    @Test(
        "A loop asks until enough is known, source by source, as far as needed", arguments: [("clear", 1), ("dim", 2)])
    func loop(word: String, turns: Int) async throws {
        let yaml = """
            pipeline: animal
            inputs: {text: {type: string}}
            steps:
              - {id: begin, uses: decide, with: &what {states: [cat, car], threshold: 0.4, sources: [{name: words, cost: 1, accuracy: 0.9}, {name: picture, cost: 5, accuracy: 0.95}]}}
              - id: asking
                while: last.action == 'ask'
                limit: 5
                initial: {action: "${begin.action}", ask: "${begin.ask}", heard: "${begin.heard}"}
                steps:
                  - switch: "${last.ask}"
                    cases:
                      words: [{id: words, uses: input, with: {text: "${{ 'cat' if inputs.text == 'clear' else 'car' }}"}}]
                      picture: [{id: picture, uses: input, with: {text: cat}}]
                  - id: weighed
                    uses: decide
                    with:
                      states: [cat, car]
                      threshold: "${{ 0.4 if inputs.text == 'clear' else 0.2 }}"
                      sources: [{name: words, cost: 1, accuracy: 0.9}, {name: picture, cost: 5, accuracy: 0.95}]
                      evidence: "${{ last.heard + [{'source': last.ask, 'outcome': words.text or picture.text}] }}"
                output: {action: "${weighed.action}", ask: "${weighed.ask}", heard: "${weighed.heard}", state: "${weighed.state}"}
            output: {state: "${asking.result.state}", turns: "${{ asking.result.heard | length }}"}
            """
        let pipeline = try Pipeline(yaml: yaml, registry: self.steps.registry)
        let run = try await PipelineRunner(model: ScriptedModel()).run(pipeline, inputs: ["text": .string(word)])
        #expect(
            run.output["turns"] == .integer(turns) && run.output["state"] == "cat",
            "\(run.output)")
    }

    @Test(
        "What makes no sense is told",
        arguments: [
            (["evidence": [["source": "nobody", "outcome": "cat"]]], "nobody"),
            (["evidence": [["source": "words", "outcome": "dog"]]], "dog"), (["evidence": [7]], "evidence"),
            (["evidence": [["likelihoods": ["dog": 1]]]], "dog"),
            (["evidence": [["likelihoods": ["cat": -1]]]], "Likelihoods"),
            (["prior": ["dog": 1]], "dog"), (["prior": ["cat": "x"]], "number"), (["threshold": -1], "threshold"),
            (["sources": [["name": "x"]]], "cost"), (["sources": [["name": "x", "cost": 1]]], "accuracy"),
            (["sources": [["name": "x", "cost": 0, "accuracy": 0.9]]], "cost"),
            (["sources": [["name": "x", "cost": 1, "table": ["dog": ["a": 1]]]]], "dog"),
            (["sources": [["name": "x", "cost": 1, "table": [:]]]], "outcomes"),
            (["sources": [["name": "x", "cost": 1, "accuracy": 0.9, "qestion": "?"]]], "Did you mean 'question'?"),
            (["evidence": [["likelihoods": ["cat": 1], "reliability": "0.1"]]], "not a number"),
            (["evidence": [["likelihoods": ["cat": 1], "reliabilty": 0.1]]], "Did you mean 'reliability'?"),
            (["evidence": [["source": "words", "outcome": "cat", "reliability": 0.1]]], "no 'reliability'"),
        ] as [(JSONValue, String)])
    func refused(inputs: JSONValue, word: String) async {
        let failure = await self.steps.failure("decide", self.inputs(inputs))
        #expect(failure?.contains(word) == true, "\(String(describing: failure))")
    }
}
