// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension [Message] {
    /// Reads the turns of a conversation, in which calls have no identifiers and results name their function at most.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(ollama turns: [RequestFields]) throws {
        self = []
        var calls = 0
        var waiting: [ToolCall] = []
        for turn in turns {
            let role = try Role(turn, among: ["system", "user", "assistant", "tool"])
            let text = try turn.string("content") ?? ""
            var message = Message(role: role, content: text.isEmpty ? [] : [.text(text)])
            message.content += try turn.ollamaImages()
            if role == .assistant {
                message.toolCalls = try (turn.objects("tool_calls") ?? []).map { call in
                    defer { calls += 1 }
                    return try ToolCall(ollama: call, number: calls)
                }
                waiting += message.toolCalls
            } else if role == .tool {
                message.toolCallID = try Self.answered(by: turn, of: &waiting)
                if message.content.isEmpty { message.content = [.text("")] }
            }
            self.append(message)
        }
    }

    /// The call that a result belongs to: the one that it names, else the first of its function that has none yet.
    private static func answered(by turn: RequestFields, of waiting: inout [ToolCall]) throws -> String {
        let id = try turn.string("tool_call_id")
        let name = try turn.string("tool_name") ?? turn.string("name")
        let place = waiting.firstIndex { call in
            if let id { return call.id == id }
            return name == nil || call.name == name
        }
        guard let place else {
            throw APIError.invalid(turn.path, "'\(turn.path)' is the result of a call that nobody asked for.")
        }
        return waiting.remove(at: place).id
    }
}

extension ToolCall {
    fileprivate init(ollama fields: RequestFields, number: Int) throws {
        let function = try fields.required("function", try fields.object("function"))
        let name = try function.required("name", try function.string("name"))
        var arguments = function.value("arguments") ?? [:]
        // Some clients send the arguments as OpenAI has them.
        if case .string = arguments {
            arguments = try function.arguments()
        } else {
            _ = try function.object("arguments")
        }
        self.init(id: try fields.string("id") ?? "call_\(number)", name: name, arguments: arguments)
    }
}

extension RequestFields {
    /// The images of a turn: their bytes in Base64, without their kind.
    func ollamaImages() throws -> [ContentPart] {
        try (self.array("images") ?? []).map { value, path in
            guard case .string(let text) = value else { throw APIError.wrongType(path, "a string", value) }
            guard let kind = Self.imageKinds.first(where: { text.hasPrefix($0.opening) })?.name else {
                throw APIError.invalid(path, "'\(path)' holds no PNG, JPEG, GIF or WebP image in Base64.")
            }
            return .image(try MediaSource(base64: text, mediaType: "image/\(kind)", path: path))
        }
    }

    /// Kinds of images, by what their bytes begin with in Base64.
    private static let imageKinds = [
        (opening: "iVBORw0KGgo", name: "png"), (opening: "/9j/", name: "jpeg"), (opening: "R0lGOD", name: "gif"),
        (opening: "UklGR", name: "webp"),
    ]
}
