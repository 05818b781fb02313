// SPDX-License-Identifier: Apache-2.0

public import GuidedGeneration
public import LLMCore

extension Transcript {
    /// What the model was told about its role, and its tools.
    public struct Instructions: Sendable, Equatable, Identifiable, Codable {
        /// Tells the entry apart.
        public var id: String
        /// What was said.
        public var segments: [Segment]
        /// The tools that the model may call.
        public var toolDefinitions: [ToolDefinition]

        /// An entry of instructions.
        public init(id: String = Identifiers.next(), segments: [Segment], toolDefinitions: [ToolDefinition]) {
            self.id = id
            self.segments = segments
            self.toolDefinitions = toolDefinitions
        }
    }

    /// What the model was asked.
    public struct Prompt: Sendable, Equatable, Identifiable, Codable {
        /// Tells the entry apart.
        public var id: String
        /// What was said.
        public var segments: [Segment]
        /// How the response is generated.
        public var options: GenerationOptions
        /// What the response must look like, where the model is told; nil leaves it free or unsaid.
        public var responseFormat: ResponseFormat?

        /// An entry of a prompt.
        public init(
            id: String = Identifiers.next(), segments: [Segment], options: GenerationOptions = GenerationOptions(),
            responseFormat: ResponseFormat? = nil
        ) {
            self.id = id
            self.segments = segments
            self.options = options
            self.responseFormat = responseFormat
        }
    }

    /// What a response must look like.
    public struct ResponseFormat: Sendable, Equatable {
        /// The schema's name.
        public let name: String
        /// The schema, as JSON Schema.
        public let jsonSchema: JSONValue

        init(name: String, jsonSchema: JSONValue) {
            self.name = name
            self.jsonSchema = jsonSchema
        }

        /// The format of a type's values.
        public init<Content: Generable>(type: Content.Type) { self.init(schema: Content.generationSchema) }

        /// The format that a schema describes.
        public init(schema: GenerationSchema) { self.init(name: schema.name, jsonSchema: schema.jsonSchema) }
    }

    /// A tool, as a model knows it.
    public struct ToolDefinition: Sendable, Equatable {
        /// The name by which the model calls it.
        public var name: String
        /// What it does, for the model to read.
        public var description: String
        /// Its arguments, as JSON Schema.
        public var parameters: JSONValue
        /// Whether the model is told the schema of the arguments.
        public var includesSchema: Bool

        init(name: String, description: String, parameters: JSONValue, includesSchema: Bool) {
            self.name = name
            self.description = description
            self.parameters = parameters
            self.includesSchema = includesSchema
        }

        /// Describes a tool.
        public init(name: String, description: String, parameters: GenerationSchema) {
            self.init(name: name, description: description, parameters: parameters.jsonSchema, includesSchema: true)
        }

        /// Describes a tool.
        public init(tool: some Tool) {
            self.init(
                name: tool.name, description: tool.description, parameters: tool.parameters.jsonSchema,
                includesSchema: tool.includesSchemaInInstructions)
        }
    }
}
