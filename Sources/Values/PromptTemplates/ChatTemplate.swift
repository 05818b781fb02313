// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections

/// A model's own template that turns a conversation into the text that it was trained on.
///
/// It renders as `apply_chat_template` of Hugging Face's transformers does: sandboxed, `trim_blocks` and
/// `lstrip_blocks` on, with `tojson`, `raise_exception`, `strftime_now` and `{% generation %}` as defined there.
public struct ChatTemplate: Sendable {
    private let template: JinjaTemplate
    private let bosToken: String
    private let eosToken: String
    /// Whether messages of several parts reach the template as lists; if not, their texts are joined.
    public let takesContentParts: Bool
    /// Whether the template tells the model about tools.
    public let takesTools: Bool
    /// The template as the model carries it.
    package let source: String

    /// Compiles a chat template.
    ///
    /// - Parameters:
    ///   - source: The template, as models carry it.
    ///   - bosToken: The text of the token that begins a sequence; empty where the model has none.
    ///   - eosToken: The text of the token that ends a sequence; empty where the model has none.
    ///   - limits: Where rendering stops.
    ///   - clock: What `strftime_now` shows.
    /// - Throws: ``PromptError`` with code `.syntax` that has line and column.
    public init(
        source: String, bosToken: String, eosToken: String, limits: TemplateLimits = TemplateLimits(),
        clock: WallClock = .system
    ) throws {
        var options = JinjaOptions.chatTemplates
        options.limits = limits
        self.template = try JinjaEnvironment(options: options, clock: clock).template(source, name: "chat template")
        self.bosToken = bosToken
        self.eosToken = eosToken
        self.takesContentParts = Self.takesContentParts(self.template)
        self.takesTools = Self.takesTools(self.template)
        self.source = source
    }

    /// Writes a conversation as the model reads it.
    ///
    /// - Parameters:
    ///   - messages: The turns so far.
    ///   - tools: The functions that the model may ask for; none means that the template sees no `tools`.
    ///   - documents: What a template for retrieval quotes; none means that it sees no `documents`.
    ///   - addGenerationPrompt: Whether the model's next turn is begun.
    ///   - variables: More variables, such as `enable_thinking`; they come before those above.
    /// - Returns: The text, special tokens included.
    /// - Throws: ``PromptError``; code `.refusedByTemplate` has the template's own words.
    public func render(
        _ messages: [Message], tools: [ToolDefinition] = [], documents: [JSONValue] = [],
        addGenerationPrompt: Bool = true, variables: [String: JSONValue] = [:]
    ) throws -> String {
        let values: [JSONValue] = messages.map { Self.value(of: $0, asParts: self.takesContentParts) }
        return try self.render(
            values: values, tools: tools.map(Self.value), documents: documents,
            addGenerationPrompt: addGenerationPrompt, variables: variables)
    }

    /// Writes a conversation that is given as the JSON of Hugging Face's message format.
    ///
    /// - Parameters:
    ///   - values: Objects with `role`, `content` and whatever else the template knows.
    ///   - tools: Objects with `type` and `function`.
    ///   - documents: What a template for retrieval quotes.
    ///   - addGenerationPrompt: Whether the model's next turn is begun.
    ///   - variables: More variables.
    /// - Returns: The text, special tokens included.
    /// - Throws: ``PromptError``.
    public func render(
        values: [JSONValue], tools: [JSONValue] = [], documents: [JSONValue] = [], addGenerationPrompt: Bool = true,
        variables: [String: JSONValue] = [:]
    ) throws -> String {
        var all: [String: JSONValue] = [
            "messages": .array(values.map(Self.withReasoning)), "tools": tools.isEmpty ? .null : .array(tools),
            "documents": documents.isEmpty ? .null : .array(documents),
            "add_generation_prompt": .bool(addGenerationPrompt), "bos_token": .string(self.bosToken),
            "eos_token": .string(self.eosToken),
        ]
        all.merge(variables) { _, given in given }
        return try self.template.render(all)
    }

    // MARK: Values

    static func value(of message: Message, asParts: Bool) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = ["role": .string(message.role.rawValue)]
        members["content"] = Self.content(of: message, asParts: asParts)
        if !message.toolCalls.isEmpty {
            members["tool_calls"] = .array(
                message.toolCalls.map { call in
                    [
                        "id": .string(call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": call.arguments],
                    ]
                })
        }
        if let id = message.toolCallID { members["tool_call_id"] = .string(id) }
        return .object(members)
    }

    /// Passes reasoning also under the names that older templates read, as transformers does.
    private static func withReasoning(_ message: JSONValue) -> JSONValue {
        guard case .object(var members) = message else { return message }
        let names = ["reasoning_content", "thinking", "reasoning"]
        guard let found = names.lazy.compactMap({ members[$0] }).first(where: { $0 != .null }) else { return message }
        if members["thinking"] == nil { members["thinking"] = found }
        members["reasoning_content"] = found
        return .object(members)
    }

    /// One text is a string; more parts are a list where the template can take one.
    private static func content(of message: Message, asParts: Bool) -> JSONValue {
        guard message.content.count > 1 || message.content.contains(where: { $0.text == nil }), asParts else {
            return .string(message.text)
        }
        return .array(
            message.content.map { part in
                switch part {
                case .text(let text): ["type": "text", "text": .string(text)]
                case .image: ["type": "image"]
                case .audio: ["type": "audio"]
                }
            })
    }

    static func value(of tool: ToolDefinition) -> JSONValue {
        [
            "type": "function",
            "function": [
                "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.toldParameters,
            ],
        ]
    }

    /// Renders a probe and looks whether a text inside a list comes out as text, not as a printed list.
    private static func takesContentParts(_ template: JinjaTemplate) -> Bool {
        let mark = "qzProbeText"
        let content: JSONValue = [["type": "text", "text": .string(mark)]]
        guard let text = Self.probe(template, content: content, tools: nil) else { return false }
        return text.contains(mark) && !text.contains("'text': '\(mark)'") && !text.contains("\"text\": \"\(mark)\"")
    }

    /// Renders a probe and looks whether a tool's name comes out.
    private static func takesTools(_ template: JinjaTemplate) -> Bool {
        let mark = "qzProbeTool"
        let schema: JSONValue = ["type": "object", "properties": [:]]
        let tools: JSONValue = [Self.value(of: ToolDefinition(name: mark, description: "A probe.", parameters: schema))]
        return Self.probe(template, content: "A probe.", tools: tools)?.contains(mark) ?? false
    }

    private static func probe(_ template: JinjaTemplate, content: JSONValue, tools: JSONValue) -> String? {
        try? template.render([
            "messages": [["role": "user", "content": content]], "tools": tools, "documents": nil,
            "add_generation_prompt": true, "bos_token": "", "eos_token": "",
        ])
    }
}
