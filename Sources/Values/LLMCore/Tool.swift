// SPDX-License-Identifier: Apache-2.0

/// A function that a model may ask to have called.
public struct ToolDefinition: Sendable, Hashable {
    /// The name by which the model calls it.
    public var name: String
    /// What it does, for the model to read.
    public var description: String
    /// JSON Schema of its arguments.
    public var parameters: JSONValue
    /// Whether the model reads the schema of the arguments, or has to know it.
    public var tellsParameters = true

    /// Describes a function.
    public init(name: String, description: String, parameters: JSONValue) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

extension ToolDefinition {
    /// The schema that the model reads.
    package var toldParameters: JSONValue { self.tellsParameters ? self.parameters : ["type": "object"] }
}

/// A model's wish to have a function called.
public struct ToolCall: Sendable, Hashable {
    /// Names the call, so that its result can be matched to it.
    public var id: String
    /// The function's name.
    public var name: String
    /// The arguments, an object.
    public var arguments: JSONValue

    /// Asks for a call.
    public init(id: String, name: String, arguments: JSONValue) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
