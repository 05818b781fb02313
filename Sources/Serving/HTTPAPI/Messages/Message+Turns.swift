// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension [Message] {
    /// Reads a turn, which becomes several messages where it has the results of tools.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    mutating func append(turn: RequestFields) throws {
        let role = try Role(turn, among: ["user", "assistant"])
        if case .string(let text)? = turn.value("content") { return self.append(Message(role: role, text)) }
        let blocks = try turn.required("content", try turn.objects("content"))
        var message = Message(role: role, content: [])
        for block in blocks {
            let type = try block.required("type", try block.string("type"))
            switch (role, type) {
            // What the model thought is not told to it again.
            case (.assistant, "thinking"), (.assistant, "redacted_thinking"): continue
            case (.assistant, "tool_use"): message.toolCalls.append(try ToolCall(block: block))
            case (.user, "tool_result"):
                if !message.content.isEmpty { self.append(message) }
                message.content = []
                self.append(try Self.result(block))
            default:
                let others = role == .assistant ? ["tool_use", "thinking"] : ["tool_result"]
                message.content.append(try ContentPart(block: block, known: ["text", "image"], others: others))
            }
        }
        guard message.content.isEmpty, message.toolCalls.isEmpty else { return self.append(message) }
        guard !blocks.isEmpty else {
            throw APIError.invalid(turn.path("content"), "'\(turn.path("content"))' is empty; it must have a block.")
        }
    }

    private static func result(_ block: RequestFields) throws -> Message {
        let content = try block.content { try ContentPart(block: $0, known: ["text", "image"]) }
        return Message(
            role: .tool, content: content ?? [.text("")],
            toolCallID: try block.required("tool_use_id", try block.string("tool_use_id")))
    }
}

extension ToolCall {
    /// Reads a call that the model asked for.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    fileprivate init(block: RequestFields) throws {
        let id = try block.required("id", try block.string("id"))
        let name = try block.required("name", try block.string("name"))
        _ = try block.object("input")
        self.init(id: id, name: name, arguments: block.value("input") ?? [:])
    }
}

extension ContentPart {
    /// Reads a block that is said or shown.
    ///
    /// - Parameters:
    ///   - block: The block.
    ///   - known: Which of texts and images may stand here.
    ///   - others: What else may, for the error's text.
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(block: RequestFields, known: [String], others: [String] = []) throws {
        let type = try block.required("type", try block.string("type"))
        guard known.contains(type) else { throw block.unknown("type", type, known: known + others) }
        if type == "text" {
            self = .text(try block.required("text", try block.string("text")))
        } else {
            self = .image(try MediaSource(source: try block.required("source", try block.object("source"))))
        }
    }
}

extension MediaSource {
    fileprivate init(source: RequestFields) throws {
        let type = try source.required("type", try source.string("type"))
        switch type {
        case "base64":
            let data = try source.required("data", try source.string("data"))
            let mediaType = try source.required("media_type", try source.string("media_type"))
            try self.init(base64: data, mediaType: mediaType, path: source.path("data"))
        case "url":
            let url = try source.required("url", try source.string("url"))
            try self.init(url: url, path: source.path("url"))
        default: throw source.unknown("type", type, known: ["base64", "url"])
        }
    }
}
