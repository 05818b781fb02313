// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Role {
    /// Reads who speaks.
    ///
    /// - Parameter names: What a protocol has; `developer` is another word for `system`.
    /// - Throws: ``APIError`` for anybody else.
    init(_ fields: RequestFields, among names: [String]) throws {
        let name = try fields.required("role", try fields.string("role"))
        guard names.contains(name) else { throw fields.unknown("role", name, known: names) }
        self.init(rawValue: name == "developer" ? "system" : name)
    }
}

extension Message {
    /// Reads a message.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(_ fields: RequestFields) throws {
        let role = try Role(fields, among: ["system", "developer", "user", "assistant", "tool"])
        let calls = try fields.objects("tool_calls")?.map(ToolCall.init) ?? []
        let content = try fields.content { try ContentPart($0) }
        if role == .tool || (role != .assistant && content == nil) { _ = try fields.required("content", content) }
        self.init(role: role, content: content ?? [], toolCalls: calls)
        if role == .tool {
            self.toolCallID = try fields.required("tool_call_id", try fields.string("tool_call_id"))
        } else if role != .assistant, !calls.isEmpty {
            throw APIError.invalid(fields.path("tool_calls"), "Only the role 'assistant' has 'tool_calls'.")
        }
    }
}

extension ContentPart {
    /// Reads a part of a message.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(_ fields: RequestFields) throws {
        let type = try fields.required("type", try fields.string("type"))
        switch type {
        case "text", "refusal": self = .text(try fields.required(type, try fields.string(type)))
        case "image_url":
            let image = try fields.required(type, try fields.object(type))
            let url = try image.required("url", try image.string("url"))
            self = .image(try MediaSource(url: url, path: image.path("url")))
        case "input_audio":
            let audio = try fields.required(type, try fields.object(type))
            let data = try audio.required("data", try audio.string("data"))
            let format = try audio.required("format", try audio.string("format"))
            self = .audio(
                try MediaSource(base64: data[...], mediaType: "audio/\(format)", path: audio.path("data")))
        default: throw fields.unknown("type", type, known: ["text", "image_url", "input_audio", "refusal"])
        }
    }
}
