// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Tells a model about tools in plain messages, where its chat template has no place for them.
enum ToolPrompt {
    /// How the model is to call.
    enum Manner {
        /// In the form's own way, in the midst of an answer.
        case announced
        /// As a JSON object instead of the JSON that is asked for.
        case instead
    }

    /// The conversation with the tools described in its system message, and calls and results written out.
    static func messages(
        _ messages: [Message], tools: [ToolDefinition], form: ToolCallForm, manner: Manner = .announced
    ) -> [Message] {
        var result = messages.map { Self.plain($0, form: form) }
        guard !tools.isEmpty else { return result }
        let text = Self.description(tools, form: form, manner: manner)
        if let first = result.first, first.role == .system {
            result[0] = .system(first.text + "\n\n" + text)
        } else {
            result.insert(.system(text), at: 0)
        }
        return result
    }

    private static func description(_ tools: [ToolDefinition], form: ToolCallForm, manner: Manner) -> String {
        let list = tools.map { tool in
            let members: JSONValue = [
                "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.toldParameters,
            ]
            return members.serialized()
        }
        let call = "{\"name\": \"…\", \"\(form.argumentsKey)\": {…}}"
        let how =
            switch manner {
            case .announced: "To call one, write \(form.lead)\(call)\(form.closer)Otherwise answer in plain words."
            case .instead:
                "To call some, answer {\"\(ToolCallSchema.callsKey)\": [\(call)]}. Otherwise answer what is asked for."
            }
        return "You can call these functions:\n\(list.joined(separator: "\n"))\n\(how)"
    }

    /// A turn without calls and tool results, which are written into its text.
    private static func plain(_ message: Message, form: ToolCallForm) -> Message {
        if message.role == .tool {
            return .user("<tool_response>\n\(message.text)\n</tool_response>")
        }
        guard !message.toolCalls.isEmpty else { return message }
        let calls = message.toolCalls.map { form.lead + form.written($0).serialized() + form.closer }
        return Message(role: message.role, message.text + calls.joined())
    }
}
