// SPDX-License-Identifier: Apache-2.0

internal import OrderedCollections

extension GenerationSchema {
    /// Puts schemas that were described at run time together.
    ///
    /// - Parameters:
    ///   - root: The schema of the values.
    ///   - dependencies: Schemas that it, or they, refer to by name.
    /// - Throws: ``SchemaError`` if names clash, a reference leads nowhere, or a schema has no choices.
    public init(root: DynamicGenerationSchema, dependencies: [DynamicGenerationSchema]) throws {
        var named = OrderedDictionary<String, SchemaNode>()
        for node in [root.node] + dependencies.map(\.node) {
            guard let name = node.name else { continue }
            guard named.updateValue(node, forKey: name) == nil else {
                throw SchemaError.duplicateType(
                    schema: root.node.name, type: name,
                    context: .init(debugDescription: "Two schemas have the name '\(name)'."))
            }
        }
        var check = DynamicSchemaCheck(named: named)
        for node in [root.node] + dependencies.map(\.node) { try check.check(node, within: nil) }
        self.init(root.node, named: check.named)
    }
}

/// Finds what is wrong with schemas that were described at run time, and the schemas that lie inside others.
private struct DynamicSchemaCheck {
    var named: OrderedDictionary<String, SchemaNode>

    mutating func check(_ node: SchemaNode, within outer: String?) throws {
        let name = node.name ?? outer
        switch node.form {
        case .structure(let properties, _):
            var names = Set<String>()
            for property in properties {
                guard names.insert(property.name).inserted else {
                    throw GenerationSchema.SchemaError.duplicateProperty(
                        schema: name ?? "", property: property.name,
                        context: .init(debugDescription: "Two properties have the name '\(property.name)'."))
                }
                try self.check(property.node, within: name)
            }
        case .anyOf(let nodes):
            try self.requireChoices(nodes.count, name)
            for node in nodes { try self.check(node, within: name) }
        case .choices(let texts): try self.requireChoices(texts.count, name)
        case .array(let element, _, _): try self.check(element, within: name)
        case .reference(let reference):
            guard self.named[reference] == nil else { return }
            throw GenerationSchema.SchemaError.undefinedReferences(
                schema: outer, references: [reference],
                context: .init(debugDescription: "There is no schema with the name '\(reference)'."))
        case .anything, .boolean, .number, .string, .type, .document: return
        }
    }

    private func requireChoices(_ count: Int, _ name: String?) throws {
        guard count == 0 else { return }
        throw GenerationSchema.SchemaError.emptyTypeChoices(
            schema: name ?? "", context: .init(debugDescription: "The schema '\(name ?? "")' has no choices."))
    }
}
