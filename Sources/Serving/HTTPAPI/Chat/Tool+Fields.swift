// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ToolDefinition {
    /// Reads a request's tools.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    static func all(in fields: RequestFields) throws -> [ToolDefinition] {
        try fields.objects("tools")?.map { tool in
            let function = try tool.function()
            let name = try function.required("name", try function.string("name"))
            let parameters = try function.object("parameters").map { _ in function.value("parameters") }
            return ToolDefinition(
                name: name, description: try function.string("description") ?? "",
                parameters: (parameters ?? nil) ?? ["type": "object", "properties": [:]])
        } ?? []
    }
}

extension ToolCall {
    /// Reads a call of the assistant.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(_ fields: RequestFields) throws {
        let function = try fields.function()
        let text = try function.required("arguments", try function.string("arguments"))
        let arguments: JSONValue
        do {
            arguments = try JSONValue(parsing: text.isEmpty ? "{}" : text, maximumDepth: 64)
        } catch let error as JSONError {
            throw APIError.invalid(function.path("arguments"), "The arguments are no JSON. \(error.message)")
        }
        self.init(
            id: try fields.required("id", try fields.string("id")),
            name: try function.required("name", try function.string("name")), arguments: arguments)
    }
}

extension ToolChoice {
    /// Reads which tools may or must be called; nil where the request does not say.
    ///
    /// - Throws: ``APIError`` that names what is wrong.
    init?(_ fields: RequestFields, tools: [ToolDefinition]) throws {
        guard let value = fields.value("tool_choice") else { return nil }
        if case .string(let name) = value {
            switch name {
            case "none": self = .none
            case "auto": self = .auto
            case "required" where !tools.isEmpty: self = .required
            case "required":
                throw APIError.invalid("tool_choice", "'tool_choice' is 'required', but there are no tools.")
            default: throw fields.unknown("tool_choice", name, known: ["none", "auto", "required"])
            }
            return
        }
        let function = try RequestFields(value, path: "tool_choice").function()
        let name = try function.required("name", try function.string("name"))
        guard tools.contains(where: { $0.name == name }) else {
            throw function.unknown("name", name, known: tools.map(\.name))
        }
        self = .named(name)
    }
}

extension RequestFields {
    /// The function of a tool, a call or a choice.
    fileprivate func function() throws -> RequestFields {
        let type = try self.string("type") ?? "function"
        guard type == "function" else { throw self.unknown("type", type, known: ["function"]) }
        return try self.required("function", try self.object("function"))
    }
}
