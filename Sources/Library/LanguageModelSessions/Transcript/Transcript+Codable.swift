// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Says in encoded transcripts which of several an entry or segment is.
private enum TypeKey: String, CodingKey {
    case type
}

extension Transcript.Entry: Codable {
    private enum Kind: String, Codable {
        case instructions, prompt, toolCalls, toolOutput, response
    }

    /// Reads an entry.
    ///
    /// - Throws: What the decoder throws.
    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: TypeKey.self).decode(Kind.self, forKey: .type) {
        case .instructions: self = .instructions(try .init(from: decoder))
        case .prompt: self = .prompt(try .init(from: decoder))
        case .toolCalls: self = .toolCalls(try .init(from: decoder))
        case .toolOutput: self = .toolOutput(try .init(from: decoder))
        case .response: self = .response(try .init(from: decoder))
        }
    }

    /// Writes the entry; its `type` stands beside what it has.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        let (kind, value): (Kind, any Encodable) =
            switch self {
            case .instructions(let entry): (.instructions, entry)
            case .prompt(let entry): (.prompt, entry)
            case .toolCalls(let entry): (.toolCalls, entry)
            case .toolOutput(let entry): (.toolOutput, entry)
            case .response(let entry): (.response, entry)
            }
        var container = encoder.container(keyedBy: TypeKey.self)
        try container.encode(kind, forKey: .type)
        try value.encode(to: encoder)
    }
}

extension Transcript.Segment: Codable {
    private enum Kind: String, Codable {
        case text, structure
    }

    /// Reads a segment.
    ///
    /// - Throws: What the decoder throws.
    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: TypeKey.self).decode(Kind.self, forKey: .type) {
        case .text: self = .text(try .init(from: decoder))
        case .structure: self = .structure(try .init(from: decoder))
        }
    }

    /// Writes the segment; its `type` stands beside what it has.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        let (kind, value): (Kind, any Encodable) =
            switch self {
            case .text(let segment): (.text, segment)
            case .structure(let segment): (.structure, segment)
            }
        var container = encoder.container(keyedBy: TypeKey.self)
        try container.encode(kind, forKey: .type)
        try value.encode(to: encoder)
    }
}

extension Transcript.ResponseFormat: Codable {
    private enum Key: String, CodingKey {
        case name, schema
    }

    /// Reads a format.
    ///
    /// - Throws: What the decoder throws, or ``JSONError`` where the schema is no JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            jsonSchema: try JSONValue(parsing: container.decode(String.self, forKey: .schema)))
    }

    /// Writes the format; its schema as JSON text, which keeps its order whatever the encoder does.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.name, forKey: .name)
        try container.encode(self.jsonSchema.serialized(), forKey: .schema)
    }
}

extension Transcript.ToolDefinition: Codable {
    private enum Key: String, CodingKey {
        case name, description, parameters, includesSchema
    }

    /// Reads a definition.
    ///
    /// - Throws: What the decoder throws, or ``JSONError`` where the schema is no JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            description: try container.decode(String.self, forKey: .description),
            parameters: try JSONValue(parsing: container.decode(String.self, forKey: .parameters)),
            includesSchema: try container.decode(Bool.self, forKey: .includesSchema))
    }

    /// Writes the definition; its schema as JSON text, which keeps its order whatever the encoder does.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.name, forKey: .name)
        try container.encode(self.description, forKey: .description)
        try container.encode(self.parameters.serialized(), forKey: .parameters)
        try container.encode(self.includesSchema, forKey: .includesSchema)
    }
}
