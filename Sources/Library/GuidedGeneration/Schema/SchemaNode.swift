// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// A part of a schema, as it was described; ``SchemaWriter`` makes JSON Schema of it.
struct SchemaNode: Sendable {
    /// What values look like.
    indirect enum Form: Sendable {
        case anything
        case boolean
        case number(isWhole: Bool)
        case string
        case choices([String])
        case array(of: SchemaNode, minimum: Int? = nil, maximum: Int? = nil)
        /// A structure; with `nilIsWritten`, a property that may be missing is written as null instead.
        case structure([SchemaProperty], nilIsWritten: Bool = false)
        case anyOf([SchemaNode])
        /// Whatever the type's own schema says; asked for only when JSON is written, so that types may contain
        /// themselves.
        case type(any Generable.Type)
        /// Another schema, by its name.
        case reference(String)
        /// JSON Schema that was read.
        case document(JSONValue)
    }

    var form: Form
    /// The name of a schema that others can refer to.
    var name: String?
    /// What the values are for, for the model to read.
    var description: String?
    /// What else holds for the values.
    var rules: [GuideRule]

    init(_ form: Form, name: String? = nil, description: String? = nil, rules: [GuideRule] = []) {
        self.form = form
        self.name = name
        self.description = description
        self.rules = rules
    }
}

/// A named part of a structure.
struct SchemaProperty: Sendable {
    var name: String
    var node: SchemaNode
    var isOptional: Bool
}
