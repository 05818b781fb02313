// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// Reads the keywords of one schema.
///
/// Every keyword that a draft defines is enforced, or is no demand (an annotation), or is refused by name: none is passed over.
struct SchemaReader {
    let table: SchemaTable
    /// The schema's place, for messages and for the numbers of its parts.
    let pointer: String
    let members: OrderedDictionary<String, JSONValue>

    /// The demands of the schema.
    ///
    /// - Throws: ``ConstraintError`` that names the keyword and its place.
    func demands() throws -> Demands {
        var demands = Demands()
        if let reference = self.members["$ref"], self.table.draft.ignoresSiblingsOfReferences {
            demands.terms = [try self.resolve(reference, "$ref")]
            return demands
        }
        demands.isTrivial = !self.members.keys.contains(where: Self.keywords.contains)
        guard !demands.isTrivial else { return demands }
        try self.readReferences(into: &demands)
        try self.readGeneral(into: &demands)
        try self.readApplicators(into: &demands)
        try self.readStrings(into: &demands.facts.string)
        try self.readNumbers(into: &demands.facts.number)
        try self.readArrays(into: &demands.facts.array)
        try self.readObjects(into: &demands)
        return demands
    }

    /// The keywords that demand something.
    static let keywords: Set<String> = [
        "$ref", "$dynamicRef", "$recursiveRef", "type", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "then",
        "else",
        "properties", "patternProperties", "additionalProperties", "required", "propertyNames", "minProperties",
        "maxProperties",
        "dependencies", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "items", "prefixItems",
        "additionalItems",
        "unevaluatedItems", "contains", "minContains", "maxContains", "minItems", "maxItems", "uniqueItems",
        "minLength", "maxLength",
        "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ]

    private func readReferences(into demands: inout Demands) throws {
        for name in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let reference = self.members[name] { demands.terms.append(try self.resolve(reference, name)) }
        }
    }

    func resolve(_ reference: JSONValue, _ keyword: String) throws -> SchemaTerm {
        guard let text = reference.stringValue else { throw self.malformed(keyword, "must be a string") }
        guard keyword == "$ref" || self.table.isStatic(text) else {
            throw self.unsupported(keyword, "what \(text.debugDescription) means depends on the way it was come to")
        }
        return try self.table.resolve(text, from: self.pointer)
    }

    /// The number of a schema inside this one.
    func child(_ value: JSONValue, _ path: String...) throws -> SchemaTerm {
        switch value {
        case .bool, .object: try self.table.term(value, at: self.pointer + path.map(JSONPointer.segment).joined())
        default: throw self.malformed(path[0], "must be a schema")
        }
    }

    /// The numbers of the schemas in an array.
    func children(_ keyword: String) throws -> [SchemaTerm]? {
        guard let value = self.members[keyword] else { return nil }
        guard let elements = value.arrayValue, !elements.isEmpty else {
            throw self.malformed(keyword, "must be an array of schemas")
        }
        return try elements.enumerated().map { try self.child($1, keyword, String($0)) }
    }

    /// The members of a keyword that is an object.
    func object(_ keyword: String) throws -> OrderedDictionary<String, JSONValue>? {
        guard let value = self.members[keyword] else { return nil }
        guard let members = value.objectValue else { throw self.malformed(keyword, "must be an object") }
        return members
    }

    /// The value of a keyword that counts.
    func count(_ keyword: String) throws -> Int? {
        guard let value = self.members[keyword] else { return nil }
        guard let number = value.numberValue, number >= 0, number == number.rounded() else {
            throw self.malformed(keyword, "must be a whole number that is not negative")
        }
        return number > 1_000_000_000 ? 1_000_000_000 : Int(number)
    }

    /// The strings of a keyword that is an array of them.
    func strings(_ value: JSONValue, _ keyword: String) throws -> [String] {
        guard let elements = value.arrayValue else { throw self.malformed(keyword, "must be an array of strings") }
        return try elements.map {
            guard let text = $0.stringValue else { throw self.malformed(keyword, "must be an array of strings") }
            return text
        }
    }

    /// Says that a keyword has no meaning as it stands.
    func malformed(_ keyword: String, _ problem: String) -> ConstraintError {
        ConstraintError(.malformed, "At \(SchemaTable.shown(self.pointer)): `\(keyword)` \(problem).")
    }

    /// Says that a keyword cannot be enforced.
    func unsupported(_ keyword: String, _ reason: String) -> ConstraintError {
        ConstraintError(
            .unsupported, "At \(SchemaTable.shown(self.pointer)): `\(keyword)` cannot be enforced: \(reason).")
    }
}
