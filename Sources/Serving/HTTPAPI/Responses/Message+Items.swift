// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension [Message] {
    /// Reads the items of a conversation, in which messages, calls and their results stand side by side.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(items: [RequestFields]) throws {
        self = []
        for item in items { try self.append(item: item) }
    }

    private mutating func append(item: RequestFields) throws {
        // A message may leave its type out.
        let type = try item.string("type") ?? "message"
        switch type {
        case "message": self.append(try Self.message(item))
        case "function_call":
            let call = ToolCall(
                id: try item.required("call_id", try item.string("call_id")),
                name: try item.required("name", try item.string("name")), arguments: try item.arguments())
            if self.last?.role == .assistant {
                self[self.count - 1].toolCalls.append(call)
            } else {
                self.append(Message(role: .assistant, content: [], toolCalls: [call]))
            }
        case "function_call_output":
            let output = try item.content("output") { try ContentPart(item: $0) }
            self.append(
                Message(
                    role: .tool, content: try item.required("output", output),
                    toolCallID: try item.required("call_id", try item.string("call_id"))))
        // What the model thought is not told to it again.
        case "reasoning": break
        default:
            throw item.unknown(
                "type", type, known: ["message", "function_call", "function_call_output", "reasoning"])
        }
    }

    private static func message(_ item: RequestFields) throws -> Message {
        let role = try Role(item, among: ["system", "developer", "user", "assistant"])
        let content = try item.content { try ContentPart(item: $0) }
        return Message(role: role, content: try item.required("content", content))
    }
}

extension ContentPart {
    /// Reads a part of an item.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    fileprivate init(item fields: RequestFields) throws {
        let type = try fields.required("type", try fields.string("type"))
        switch type {
        case "input_text", "output_text": self = .text(try fields.required("text", try fields.string("text")))
        case "refusal": self = .text(try fields.required(type, try fields.string(type)))
        case "input_image":
            let url = try fields.required("image_url", try fields.string("image_url"))
            self = .image(try MediaSource(url: url, path: fields.path("image_url")))
        default: throw fields.unknown("type", type, known: ["input_text", "output_text", "input_image", "refusal"])
        }
    }
}
