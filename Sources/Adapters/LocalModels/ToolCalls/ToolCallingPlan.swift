// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How one request with tools is answered: by which generations, from which texts, under which constraints.
struct ToolCallingPlan: Sendable {
    /// How an answer begins.
    enum Start: Sendable, Hashable {
        /// In plain text, in which calls may be announced.
        case text
        /// With a call.
        case call
        /// With JSON that is either calls or the answer.
        case either(JSONValue)
    }

    /// How an answer begins.
    let start: Start
    /// How calls are written.
    let form: ToolCallForm
    /// Whether more than one call may be asked for.
    let repeats: Bool
    /// Tokens of the prompt.
    var promptTokens = 0
    /// The prompt as the model reads it.
    var prompt = ""
    /// The token that announces calls, where it leaves no text.
    var openerToken: Int?
    private let base: GenerationRequest
    private let tools: [ToolDefinition]
    /// The most calls that are written together.
    private let maximumCalls: Int
    /// As many calls as nobody needs at once.
    private static let maximumCalls = 16

    /// Plans an answer.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` where the choice names no tool, or `.unsupported` where the
    ///   constraint cannot be combined with tools.
    init(_ request: GenerationRequest, form: ToolCallForm) throws {
        let maximumCalls = request.limitsToolCalls ? 1 : Self.maximumCalls
        self.maximumCalls = maximumCalls
        self.form = form
        self.base = request
        switch (request.toolChoice, request.constraint?.form) {
        case (.named(let name), _):
            self.tools = request.tools.filter { $0.name == name }
            guard !self.tools.isEmpty else {
                let hint = NearestName.hint(for: name, in: request.tools.map(\.name))
                throw LLMError(.invalidRequest, "The tool choice names '\(name)', which is not offered. \(hint)")
            }
            self.start = .call
        case (.required, _):
            self.tools = request.tools
            self.start = .call
        case (_, nil):
            self.tools = request.tools
            self.start = .text
        case (_, .jsonSchema(let answer)?):
            self.tools = request.tools
            self.start = .either(ToolCallSchema(request.tools, form: form, maximumCalls: maximumCalls).callsOr(answer))
        case (_, _?):
            throw LLMError(
                .unsupported,
                """
                Tools and a constraint that is no JSON schema cannot be combined while the model decides; choose the \
                tools ('required', or one by name) or none.
                """)
        }
        let isNamed = if case .named = request.toolChoice { true } else { false }
        self.repeats = form.repeats && maximumCalls > 1 && !isNamed
    }

    /// The conversation as the model's template is to see it.
    ///
    /// - Parameter takesTools: Whether the template has a place for tools.
    /// - Returns: The messages, and the tools that the template is given.
    func conversation(_ messages: [Message], takesTools: Bool) -> (messages: [Message], tools: [ToolDefinition]) {
        if case .either = self.start {
            return (ToolPrompt.messages(messages, tools: self.tools, form: self.form, manner: .instead), [])
        }
        if takesTools { return (messages, self.tools) }
        return (ToolPrompt.messages(messages, tools: self.tools, form: self.form), [])
    }

    /// What watches the answer for calls.
    func opening(followsCall: Bool) -> CallOpening {
        CallOpening(self.form, openerToken: self.openerToken, followsCall: followsCall)
    }

    /// The generation that goes on freely.
    ///
    /// - Parameters:
    ///   - written: The answer so far, calls included.
    ///   - used: The tokens that it took.
    func textRequest(after written: String, used: Int) -> GenerationRequest {
        var request = self.base
        request.prompt = .raw(self.prompt + written)
        request.tools = []
        request.constraint = nil
        request.maxTokens = self.base.maxTokens.map { max(1, $0 - used) }
        return request
    }

    /// The generation of a call.
    func callRequest(after written: String, used: Int) -> GenerationRequest {
        var request = self.textRequest(after: written + self.form.lead, used: used)
        request.constraint = .jsonSchema(
            ToolCallSchema(self.tools, form: self.form, maximumCalls: self.maximumCalls).call)
        // Arguments may contain what ends an answer.
        request.stop = []
        return request
    }

    /// The generation of calls or an answer.
    func eitherRequest(_ schema: JSONValue) -> GenerationRequest {
        var request = self.textRequest(after: "", used: 0)
        request.constraint = .jsonSchema(schema)
        return request
    }

    /// The calls that a model wrote.
    func calls(_ values: [JSONValue]) -> [ToolCall] {
        values.compactMap { value in
            guard let name = value["name"]?.stringValue, let arguments = value[self.form.argumentsKey] else {
                return nil
            }
            let number = UInt64.random(in: .min ... .max)
            return ToolCall(id: "call_" + String(number, radix: 36), name: name, arguments: arguments)
        }
    }
}
