// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

/// A pipeline of one step.
func oneStep(_ kind: String, _ inputs: JSONValue, registry: StepRegistry = .standard) throws -> Pipeline {
    try Pipeline(
        yaml: "pipeline: p\nsteps:\n  - {id: step, uses: \(kind), with: \(inputs)}\noutput: done", registry: registry)
}

/// Runs one step on a scripted model.
func runStep(
    _ kind: String, _ inputs: JSONValue, model: any ModelAdapter = ScriptedModel(), registry: StepRegistry = .standard
) async throws -> [String: JSONValue] {
    let pipeline = try oneStep(kind, inputs, registry: registry)
    return try await PipelineRunner(model: model).run(pipeline).steps[0].outputs
}

/// The first mistake that is found in a step before it runs.
func mistake(_ kind: String, _ inputs: JSONValue, registry: StepRegistry = .standard) -> String? {
    do {
        _ = try oneStep(kind, inputs, registry: registry)
        return nil
    } catch { return (error as? InvalidPipelineError)?.issues.first?.description ?? "\(error)" }
}

@Suite("Steps that ask a model")
struct StepsAskingTests {
    static let schema: JSONValue = [
        "type": "object", "properties": ["people": ["type": "array", "items": ["type": "string"]]],
        "required": ["people"], "additionalProperties": false,
    ]

    @Test("Extraction holds a model to the schema where it can be held, and shows examples as turns")
    func extractConstrained() async throws {
        let model = ScriptedModel(replies: [#"{"people":["Ann Lee"]}"#], capabilities: .constraints)
        let outputs = try await runStep(
            "extract",
            [
                "text": "Ann Lee came.", "schema": Self.schema,
                "examples": [["text": "Tom left.", "answer": ["people": ["Tom"]]]],
            ], model: model)
        #expect(outputs["value"] == ["people": ["Ann Lee"]])
        #expect(outputs["unfounded"] == [])
        let request = try #require(model.requests.first)
        #expect(request.constraint == .jsonSchema(Self.schema))
        #expect(request.sampling.temperature == 0)
        guard case .messages(let messages) = request.prompt else {
            Issue.record("The prompt is of another kind.")
            return
        }
        #expect(messages.map(\.role) == [.system, .user, .assistant, .user])
        #expect(messages[2].text == #"{"people":["Tom"]}"#)
        #expect(messages[3].text == "Ann Lee came.")
    }

    @Test("Extraction asks a model again that cannot be held to a schema")
    func extractReask() async throws {
        let model = ScriptedModel(replies: ["Ann.", #"Sure: {"people": ["Ann"]}"#])
        let outputs = try await runStep("extract", ["text": "Ann came.", "schema": Self.schema], model: model)
        #expect(outputs["value"] == ["people": ["Ann"]])
        #expect(outputs["attempts"] == 2)
        #expect(model.requests[0].constraint == nil)
        guard case .messages(let messages) = model.requests[0].prompt else {
            Issue.record("The prompt is of another kind.")
            return
        }
        #expect(messages[0].text.contains(Self.schema.serialized()))
    }

    @Test("Only what the text has is kept where extraction must be grounded", arguments: [true, false])
    func extractGrounded(grounded: Bool) async throws {
        let value: JSONValue = [
            "people": ["ann  LEE", "Bob"], "pairs": [["who": "Ann Lee"], ["who": "Eve"]], "note": "Zoe", "age": 3,
        ]
        let outputs = try await runStep(
            "extract", ["text": "Here, Ann Lee (3) came.", "schema": true, "grounded": .bool(grounded)],
            model: ScriptedModel(replies: [.text(value.serialized())]))
        #expect(outputs["unfounded"] == ["Bob", "Eve", "Zoe"])
        let kept: JSONValue = ["people": ["ann  LEE"], "pairs": [["who": "Ann Lee"]], "note": "Zoe", "age": 3]
        #expect(outputs["value"] == (grounded ? kept : value))
    }

    @Test("A classification goes by probabilities where the model has them")
    func classifyByScores() async throws {
        let model = ScriptedModel(scores: { $0.choices.map { $0 == "spam" ? -1 : -3 } })
        let outputs = try await runStep(
            "classify",
            ["text": "You won!", "choices": ["ham", "spam"], "descriptions": ["spam": "unwanted mail"]], model: model)
        #expect(outputs["label"] == "spam")
        #expect(try #require(outputs["confidence"]?.numberValue) > 0.8)
        guard case .messages(let messages) = try #require(model.scoringRequests.first).prompt else {
            Issue.record("It is of another kind.")
            return
        }
        #expect(messages[0].text.contains("spam: unwanted mail"))
    }

    @Test("A classification reads a written answer, and asks again where it is no label")
    func classifyByText() async throws {
        let model = ScriptedModel(replies: ["Perhaps.", "It is SPAM."])
        let outputs = try await runStep("classify", ["text": "You won!", "choices": ["ham", "spam"]], model: model)
        #expect(outputs["label"] == "spam" && outputs["confidence"] == .null)
        let held = ScriptedModel(replies: ["ham"], capabilities: .constraints)
        _ = try await runStep("classify", ["text": "Hi.", "choices": ["ham", "spam"]], model: held)
        #expect(held.requests.first?.constraint == .choices(["ham", "spam"]))
    }

    @Test("A judge gives its reason before its score, on the scale asked for")
    func judge() async throws {
        let model = ScriptedModel(replies: [
            #"{"reason": "Too short.", "score": 7}"#, #"{"reason": "Short.", "score": 2}"#,
        ])
        let outputs = try await runStep(
            "judge",
            ["answer": "Paris", "rubric": "Is it a sentence?", "question": "Where?", "maximum": 3, "pass": 2],
            model: model)
        #expect(outputs == ["score": 2, "reason": "Short.", "passed": true])
        guard case .messages(let messages) = model.requests[0].prompt else {
            Issue.record("The prompt is of another kind.")
            return
        }
        #expect(messages.last?.text == "Question: Where?\nAnswer: Paris")
        #expect(messages[0].text.contains("from 1 (worst) to 3 (best)"))
    }

    @Test("Vectors come from the run's model, which must be able to embed")
    func embed() async throws {
        await #expect(throws: PipelineError.self) { try await runStep("embed", ["texts": ["a"]]) }
        #expect(try await runStep("embed", ["texts": []]) == ["vectors": [], "dimensions": 0])
    }

    @Test(
        "What must hold is let through, and what does not ends the run",
        arguments: [
            (["condition": true], nil),
            (["condition": false, "message": "Too few."], "Too few. The condition is false."),
            (["value": 3, "equals": 4], "The value is 3, not 4."),
            (["value": nil, "equals": nil], nil),
            (["value": "x", "schema": ["type": "integer"]], "The value does not fit its schema: the value must be"),
        ] as [(JSONValue, String?)])
    func asserts(inputs: JSONValue, message: String?) async throws {
        do {
            let outputs = try await runStep("assert", inputs)
            #expect(message == nil && outputs["value"] == (inputs["value"] ?? .null))
        } catch {
            let cause = try #require((error as? PipelineError)?.cause as? PipelineError)
            #expect(cause.code == .assertionFailed)
            #expect(cause.message.hasPrefix(try #require(message)))
        }
    }

    @Test(
        "Mistakes are found before running",
        arguments: [
            ("extract", ["text": "a", "schema": ["type": "strin"]], "Did you mean 'string'?"),
            ("extract", ["text": "a", "schema": true, "examples": [["text": "b"]]], "with 'text' and 'answer'"),
            ("extract", ["text": "a", "schema": true, "attempts": 21], "'attempts' is 21; it must be from 1 to 20."),
            ("classify", ["text": "a", "choices": ["b"]], "at least two texts"),
            ("classify", ["text": "a", "choices": ["b", "B!"]], "differ in more than case"),
            (
                "classify", ["text": "a", "choices": ["big", "low"], "descriptions": ["bigg": "x"]],
                "Did you mean 'big'?"
            ),
            ("judge", ["answer": "a", "rubric": "b", "minimum": 5], "there must be from 2 to 101 of them"),
            ("judge", ["answer": "a", "rubric": "b", "pass": 9], "it must be from 1 to 5"),
            (
                "judge", ["answer": "a", "rubric": "b", "minimum": .integer(.min), "maximum": .integer(.max)],
                "from 2 to"
            ),
            ("summarise", ["text": "a", "chunk_tokens": 400, "max_tokens": 101], "at most a quarter"),
            ("summarise", ["text": "a", "concurrency": 0], "from 1 to 64"),
            ("translate", ["text": "a", "to": "fr", "chunk_tokens": 3], "64 or more"),
            ("assert", ["value": 3], "demands nothing"), ("assert", ["equals": 3], "lacks the value"),
            ("embed", ["texts": [], "model": "x"], "has no input 'model'"),
            ("calculator", ["expression": "1 +"], "ends too early"),
        ] as [(String, JSONValue, String)])
    func mistakes(kind: String, inputs: JSONValue, part: String) {
        let found = mistake(kind, inputs)
        #expect(found?.contains(part) == true, "\(found ?? "nothing")")
    }
}
