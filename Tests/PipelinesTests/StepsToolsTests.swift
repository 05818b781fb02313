// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Chat with tools")
struct StepsToolsTests {
    static func call(_ name: String, _ arguments: JSONValue, id: String = "1") -> ToolCall {
        ToolCall(id: id, name: name, arguments: arguments)
    }

    static func model(_ replies: [ScriptedModel.Reply]) -> ScriptedModel {
        ScriptedModel(replies: replies, capabilities: .tools)
    }

    @Test("A tool that is a step is run, and its result told to the model")
    func calculator() async throws {
        let model = Self.model([.calls([Self.call("calculator", ["expression": "17 * 23"])]), "It is 391."])
        let outputs = try await runStep(
            "chat", ["prompt": "What is 17 times 23?", "tools": ["calculator"], "tool_choice": "required"], model: model
        )
        #expect(outputs["text"] == "It is 391.")
        #expect(outputs["rounds"] == 2)
        #expect(
            outputs["calls"] == [
                ["name": "calculator", "arguments": ["expression": "17 * 23"], "result": 391, "failed": false]
            ])
        #expect(model.requests.map(\.toolChoice) == [.required, .auto])
        guard case .messages(let messages) = model.requests[1].prompt else {
            Issue.record("The prompt is of another kind.")
            return
        }
        #expect(messages.map(\.role) == [.user, .assistant, .tool])
        #expect(messages[1].toolCalls.count == 1 && messages[2].toolCallID == "1" && messages[2].text == "391")
    }

    @Test("What the author sets is neither seen nor changed by the model")
    func fixedInputs() async throws {
        let tool: JSONValue = [
            "uses": "input", "name": "measure", "with": ["max_length": 3], "returns": "length",
            "description": "Measures.",
        ]
        let model = Self.model([
            .calls([
                Self.call("measure", ["text": "four"]),
                Self.call("measure", ["text": "abc", "max_length": 99], id: "2"),
            ]),
            .calls([Self.call("measure", ["text": "abc"], id: "3")]), "Done.",
        ])
        let outputs = try await runStep("chat", ["prompt": "Go.", "tools": [tool]], model: model)
        let calls = try #require(outputs["calls"]?.arrayValue)
        #expect(calls.map { $0["failed"] } == [true, true, false])
        #expect(calls[0]["result"]?["error"]?.stringValue?.contains("at most 3 are accepted") == true)
        #expect(calls[1]["result"]?["error"]?.stringValue?.contains("do not fit") == true)
        #expect(calls[2]["result"] == 3)
        #expect(model.requests[0].tools[0].parameters["properties"]?["max_length"] == nil)
    }

    @Test("A model that calls without end is made to answer")
    func bounded() async throws {
        let endless = ScriptedModel.Reply.calls([Self.call("calculator", ["expression": "1"])])
        let model = Self.model([endless, endless, .calls([Self.call("calculator", [:])], after: "One.")])
        let outputs = try await runStep(
            "chat", ["prompt": "Go.", "tools": ["calculator"], "max_rounds": 2], model: model)
        #expect(outputs["text"] == "One." && outputs["rounds"] == 3)
        #expect(model.requests.map(\.toolChoice) == [.auto, .auto, .none])
    }

    @Test("A call of a tool that is not there is answered, not a failure")
    func unknownTool() async throws {
        let model = Self.model([.calls([Self.call("calculater", [:])]), "Sorry."])
        let outputs = try await runStep("chat", ["prompt": "Go.", "tools": ["calculator"]], model: model)
        #expect(outputs["calls"]?.arrayValue?[0]["result"]?["error"]?.stringValue?.contains("Did you mean") == true)
    }

    @Test("A model without tools is refused them, and talks without")
    func withoutTools() async throws {
        await #expect(throws: PipelineError.self) {
            try await runStep(
                "chat", ["prompt": "Go.", "tools": ["calculator"]], model: ScriptedModel(replies: ["Hi"]))
        }
        let turns: JSONValue = [["role": "user", "content": "Hi"], ["role": "assistant", "content": "Hello"]]
        let outputs = try await runStep(
            "chat", ["system": "Be brief.", "messages": turns, "prompt": "Bye"], model: ScriptedModel(replies: ["Bye!"])
        )
        #expect(
            outputs["messages"]?.arrayValue?.map { $0["role"] } == ["system", "user", "assistant", "user", "assistant"])
    }

    @Test(
        "Mistakes in tools are found before running",
        arguments: [
            (["prompt": "a", "tools": ["calculater"]], "Did you mean 'calculator'?"),
            (["prompt": "a", "tools": [["use": "calculator"]]], "Did you mean 'uses'?"),
            (
                ["prompt": "a", "tools": [["uses": "calculator", "with": ["expresion": "1"]]]],
                "Did you mean 'expression'?"
            ),
            (["prompt": "a", "tools": [["uses": "calculator", "returns": "valeu"]]], "Did you mean 'value'?"),
            (["prompt": "a", "tools": [["uses": "calculator", "name": "a b"]]], "no name for a tool"),
            (["prompt": "a", "tools": ["calculator", "calculator"]], "Two tools are named 'calculator'"),
            (["prompt": "a", "tools": ["calculator"], "tool_choice": "calc"], "which is no tool"),
            (["prompt": "a", "tools": [], "tool_choice": "required"], "which is no tool"),
            (["prompt": "a", "max_rounds": 0], "from 1 to 20"), ([:], "asks nothing"),
            (["messages": [["role": "usr", "content": "x"]]], "with a role of system, user, assistant"),
        ] as [(JSONValue, String)])
    func mistakes(inputs: JSONValue, part: String) {
        let found = mistake("chat", inputs)
        #expect(found?.contains(part) == true, "\(found ?? "nothing")")
    }

    @Test(
        "The calculator computes",
        arguments: [
            ("17 * 23", 391), ("(1 + 2) * 3 - -4", 13), ("2^3^2", 512), ("-2^2", -4), ("7 % 4", 3), ("10 ÷ 4 × 2", 5),
            ("sqrt(16) + abs(0 - 3)", 7), ("0.1 + 0.2", 0.30000000000000004), ("round(2.6)", 3), ("1e3", nil),
            ("1/0", nil),
            ("", nil), ("2 3", nil), ("sqrt 4", nil), ("1.2.3", nil), ("99^9999", nil), ("sin(1)", nil),
            (String(repeating: "(", count: 999), nil), (String(repeating: "-", count: 999) + "1", nil),
            (String(repeating: "1+", count: 500) + "1", nil), (String(repeating: "2^", count: 400) + "1", nil),
        ] as [(String, Double?)])
    func arithmetic(expression: String, value: Double?) async throws {
        let outputs = try? await runStep("calculator", ["expression": .string(expression)])
        #expect(outputs?["value"]?.numberValue == value)
    }
}
