// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ToolDefinition {
    /// Reads a request's tools, each with its function inside.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    static func all(in fields: RequestFields) throws -> [ToolDefinition] {
        try fields.objects("tools")?.map { try ToolDefinition(function: try $0.function()) } ?? []
    }

    /// Reads a function: its name, what it does, and the schema of its arguments.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(function: RequestFields, schema: String = "parameters") throws {
        _ = try function.object(schema)
        self.init(
            name: try function.required("name", try function.string("name")),
            description: try function.string("description") ?? "",
            parameters: function.value(schema) ?? ["type": "object", "properties": [:]])
    }
}

extension ToolCall {
    /// Reads a call of the assistant.
    ///
    /// - Throws: ``APIError`` that names the member that is wrong.
    init(_ fields: RequestFields) throws {
        let function = try fields.function()
        self.init(
            id: try fields.required("id", try fields.string("id")),
            name: try function.required("name", try function.string("name")), arguments: try function.arguments())
    }
}

extension ToolChoice {
    /// Reads which tools may or must be called; nil where the request does not say.
    ///
    /// - Parameters:
    ///   - fields: The request.
    ///   - tools: The request's tools.
    ///   - isFlat: Whether a tool that must be called is named by a member of the choice itself.
    /// - Throws: ``APIError`` that names what is wrong.
    init?(_ fields: RequestFields, tools: [ToolDefinition], isFlat: Bool = false) throws {
        guard let value = fields.value("tool_choice") else { return nil }
        if case .string(let name) = value {
            switch name {
            case "none": self = .none
            case "auto": self = .auto
            case "required": self = try .anyTool(of: tools)
            default: throw fields.unknown("tool_choice", name, known: ["none", "auto", "required"])
            }
            return
        }
        let choice = try RequestFields(value, path: "tool_choice")
        self = try .tool(namedBy: isFlat ? choice.checkedFunction() : choice.function(), among: tools)
    }

    /// Any of the tools must be called.
    ///
    /// - Throws: ``APIError`` if there are none.
    static func anyTool(of tools: [ToolDefinition]) throws -> ToolChoice {
        guard !tools.isEmpty else {
            throw APIError.invalid("tool_choice", "'tool_choice' wants a tool to be called, but there are no tools.")
        }
        return .required
    }

    /// The tool that an object names must be called.
    ///
    /// - Throws: ``APIError`` if there is none of that name.
    static func tool(namedBy fields: RequestFields, among tools: [ToolDefinition]) throws -> ToolChoice {
        let name = try fields.required("name", try fields.string("name"))
        guard tools.contains(where: { $0.name == name }) else {
            throw fields.unknown("name", name, known: tools.map(\.name))
        }
        return .named(name)
    }
}

extension RequestFields {
    /// The function inside of a tool, a call or a choice.
    fileprivate func function() throws -> RequestFields {
        _ = try self.checkedFunction()
        return try self.required("function", try self.object("function"))
    }

    /// The object itself, which must be called a function.
    func checkedFunction() throws -> RequestFields {
        let type = try self.string("type") ?? "function"
        guard type == "function" else { throw self.unknown("type", type, known: ["function"]) }
        return self
    }

    /// The arguments of a call, as JSON in a text.
    func arguments() throws -> JSONValue {
        let text = try self.required("arguments", try self.string("arguments"))
        do {
            return try JSONValue(parsing: text.isEmpty ? "{}" : text, maximumDepth: 64)
        } catch let error as JSONError {
            throw APIError.invalid(self.path("arguments"), "The arguments are no JSON. \(error.message)")
        }
    }
}
