// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How a family of models writes that it wants tools to be called.
struct ToolCallForm: Sendable, Hashable {
    /// What announces a call in an answer.
    let opener: String
    /// Whether only the beginning of an answer can announce one; the opener is then part of the call itself.
    let opensAnswer: Bool
    /// What stands between the answer so far and a call.
    let lead: String
    /// What stands after a call.
    let closer: String
    /// The name of a call's member that holds the arguments.
    let argumentsKey: String
    /// Whether all calls stand in one array.
    let isArray: Bool

    /// `<tool_call>{"name": …, "arguments": …}</tool_call>`, once for each call: Hermes, Qwen, and models that this
    /// program tells how to call.
    static let hermes = Self(
        opener: "<tool_call>", opensAnswer: false, lead: "<tool_call>\n", closer: "\n</tool_call>\n",
        argumentsKey: "arguments", isArray: false)
    /// `{"name": …, "parameters": …}` as the whole answer: Llama 3.
    static let llama = Self(
        opener: "{", opensAnswer: true, lead: "", closer: "", argumentsKey: "parameters", isArray: false)
    /// `[TOOL_CALLS] [{"name": …, "arguments": …}]` with all calls: Mistral.
    static let mistral = Self(
        opener: "[TOOL_CALLS]", opensAnswer: false, lead: "[TOOL_CALLS] ", closer: "", argumentsKey: "arguments",
        isArray: true)

    /// Whether another call can follow one.
    var repeats: Bool { !self.closer.isEmpty }

    /// The form that a chat template was written for.
    ///
    /// - Parameter template: Its source, if the template tells the model about tools; else the form is ours to choose.
    init(template: String?) {
        guard let template else {
            self = .hermes
            return
        }
        if template.contains(Self.hermes.opener) {
            self = .hermes
        } else if template.contains(Self.mistral.opener) {
            self = .mistral
        } else {
            self = template.contains("\"\(Self.llama.argumentsKey)\"") ? .llama : .hermes
        }
    }

    private init(
        opener: String, opensAnswer: Bool, lead: String, closer: String, argumentsKey: String, isArray: Bool
    ) {
        self.opener = opener
        self.opensAnswer = opensAnswer
        self.lead = lead
        self.closer = closer
        self.argumentsKey = argumentsKey
        self.isArray = isArray
    }

    /// A call as the model would write it.
    func written(_ call: ToolCall) -> JSONValue { ["name": .string(call.name), self.argumentsKey: call.arguments] }
}
