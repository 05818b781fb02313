// SPDX-License-Identifier: Apache-2.0

/// A schema that is described at run time; ``GenerationSchema/init(root:dependencies:)`` makes it usable.
///
/// ```swift
/// let soup = DynamicGenerationSchema(name: "Soup", anyOf: ["tomato", "leek"])
/// let menu = DynamicGenerationSchema(name: "Menu", properties: [.init(name: "soup", schema: soup)])
/// let schema = try GenerationSchema(root: menu, dependencies: [])
/// ```
public struct DynamicGenerationSchema: Sendable {
    let node: SchemaNode

    /// A structure.
    ///
    /// - Parameters:
    ///   - name: The name by which others refer to it.
    ///   - description: What it is, for the model to read.
    ///   - properties: Its properties, in the order in which they are generated.
    public init(name: String, description: String? = nil, properties: [Property]) {
        self.node = SchemaNode(.structure(properties.map(\.content)), name: name, description: description)
    }

    /// A structure that says how missing values are written.
    ///
    /// - Parameters:
    ///   - name: The name by which others refer to it.
    ///   - description: What it is, for the model to read.
    ///   - explicitNil: Whether an optional property without a value is written as null; otherwise it is left out.
    ///   - properties: Its properties, in the order in which they are generated.
    public init(
        name: String, description: String? = nil, representNilExplicitlyInGeneratedContent explicitNil: Bool,
        properties: [Property]
    ) {
        self.node = SchemaNode(
            .structure(properties.map(\.content), nilIsWritten: explicitNil), name: name, description: description)
    }

    /// A value that fits one of several schemas.
    ///
    /// - Parameters:
    ///   - name: The name by which others refer to it.
    ///   - description: What it is, for the model to read.
    ///   - choices: The schemas.
    public init(name: String, description: String? = nil, anyOf choices: [DynamicGenerationSchema]) {
        self.node = SchemaNode(.anyOf(choices.map(\.node)), name: name, description: description)
    }

    /// One of several texts.
    ///
    /// - Parameters:
    ///   - name: The name by which others refer to it.
    ///   - description: What it is, for the model to read.
    ///   - choices: The texts.
    public init(name: String, description: String? = nil, anyOf choices: [String]) {
        self.node = SchemaNode(.choices(choices), name: name, description: description)
    }

    /// A list.
    ///
    /// - Parameters:
    ///   - itemSchema: What its elements look like.
    ///   - minimumElements: The least number of elements.
    ///   - maximumElements: The greatest number of elements.
    public init(
        arrayOf itemSchema: DynamicGenerationSchema, minimumElements: Int? = nil, maximumElements: Int? = nil
    ) {
        self.node = SchemaNode(.array(of: itemSchema.node, minimum: minimumElements, maximum: maximumElements))
    }

    /// A value of a Swift type.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - guides: What else holds for the value.
    public init<Value: Generable>(type: Value.Type, guides: [GenerationGuide<Value>] = []) {
        self.node = SchemaNode(.type(type), rules: guides.flatMap(\.rules))
    }

    /// Another schema, by its name.
    public init(referenceTo name: String) { self.node = SchemaNode(.reference(name)) }

    /// A named part of a structure.
    public struct Property: Sendable {
        let content: SchemaProperty

        /// Describes a property.
        ///
        /// - Parameters:
        ///   - name: Its name.
        ///   - description: What it is, for the model to read.
        ///   - schema: What its values look like.
        ///   - isOptional: Whether it may be missing.
        public init(
            name: String, description: String? = nil, schema: DynamicGenerationSchema, isOptional: Bool = false
        ) {
            var node = schema.node
            node.description = description ?? node.description
            self.content = SchemaProperty(name: name, node: node, isOptional: isOptional)
        }
    }
}
