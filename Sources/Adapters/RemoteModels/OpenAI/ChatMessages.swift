// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension JSONWriter {
    /// Writes a conversation as OpenAI's Chat Completions have it.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for recordings by URL, which the protocol lacks.
    mutating func chatMessages(_ messages: [Message]) throws {
        try self.array { writer in for message in messages { try writer.chatMessage(message) } }
    }

    private mutating func chatMessage(_ message: Message) throws {
        try self.object { writer in
            writer.member("role", message.role.rawValue)
            writer.key("content")
            if message.content.isEmpty, !message.toolCalls.isEmpty {
                writer.null()
            } else if message.content.count < 2, message.content.allSatisfy({ $0.text != nil }) {
                writer.string(message.text)
            } else {
                try writer.array { writer in for part in message.content { try writer.chatPart(part) } }
            }
            if !message.toolCalls.isEmpty {
                writer.key("tool_calls")
                writer.array { writer in for call in message.toolCalls { writer.chatToolCall(call) } }
            }
            if let id = message.toolCallID { writer.member("tool_call_id", id) }
        }
    }

    private mutating func chatPart(_ part: ContentPart) throws {
        try self.object { writer in
            switch part {
            case .text(let text):
                writer.member("type", "text")
                writer.member("text", text)
            case .image(let source):
                writer.member("type", "image_url")
                writer.member("image_url", ["url": .string(source.url)])
            case .audio(let source):
                guard let held = source.base64 else {
                    throw LLMError(
                        .unsupported, "OpenAI's protocol takes recordings as bytes, not by URL; fetch it first.")
                }
                let isMP3 = held.mediaType.hasSuffix("mpeg") || held.mediaType.hasSuffix("mp3")
                writer.member("type", "input_audio")
                writer.member(
                    "input_audio", ["data": .string(held.base64), "format": .string(isMP3 ? "mp3" : "wav")])
            }
        }
    }

    private mutating func chatToolCall(_ call: ToolCall) {
        self.object { writer in
            writer.member("id", call.id)
            writer.member("type", "function")
            writer.key("function")
            writer.object { writer in
                writer.member("name", call.name)
                writer.member("arguments", call.arguments.serialized())
            }
        }
    }

    /// Writes the members for the tools that a request offers, if it does.
    mutating func chatTools(_ request: GenerationRequest) {
        guard request.offersTools else { return }
        self.key("tools")
        self.array { writer in
            for tool in request.tools {
                writer.value([
                    "type": "function",
                    "function": [
                        "name": .string(tool.name), "description": .string(tool.description),
                        "parameters": tool.toldParameters,
                    ],
                ])
            }
        }
        if let isParallel = request.parallelToolCalls { self.member("parallel_tool_calls", .bool(isParallel)) }
        switch request.toolChoice {
        case .auto, .none: break
        case .required: self.member("tool_choice", "required")
        case .named(let name):
            self.member("tool_choice", ["type": "function", "function": ["name": .string(name)]])
        }
    }
}
