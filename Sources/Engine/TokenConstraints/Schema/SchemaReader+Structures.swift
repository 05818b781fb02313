// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

extension SchemaReader {
    /// Reads what concerns arrays.
    func readArrays(into facts: inout ArrayFacts) throws {
        facts.least = try self.count("minItems") ?? 0
        facts.most = try self.count("maxItems")
        if let value = self.members["uniqueItems"] {
            guard let flag = value.boolValue else { throw self.malformed("uniqueItems", "must be true or false") }
            facts.isUnique = flag
        }
        if let items = try self.items() { facts.items = [items] }
        if let value = self.members["contains"] {
            let contained = ArrayFacts.Contained(
                term: try self.child(value, "contains"), least: try self.count("minContains") ?? 1,
                most: try self.count("maxContains"))
            if contained.least > 0 || contained.most != nil { facts.contained = [contained] }
        }
    }

    /// The schemas of the items; nil if there are none.
    func items() throws -> ArrayFacts.Items? {
        var items = ArrayFacts.Items()
        items.first = try self.children("prefixItems")?.map { [$0] } ?? []
        var rest = self.members["items"].map { ($0, "items") }
        if let tuple = self.members["items"]?.arrayValue {
            items.first = try tuple.enumerated().map { [try self.child($1, "items", String($0))] }
            rest = self.members["additionalItems"].map { ($0, "additionalItems") }
        }
        if rest == nil, let value = try self.unevaluated("unevaluatedItems") { rest = (value, "unevaluatedItems") }
        if let (value, keyword) = rest { items.rest = [try self.child(value, keyword)] }
        return items.first.isEmpty && items.rest.isEmpty ? nil : items
    }

    /// Reads what concerns objects.
    func readObjects(into demands: inout Demands) throws {
        var facts = ObjectFacts()
        facts.least = try self.count("minProperties") ?? 0
        facts.most = try self.count("maxProperties")
        if let value = self.members["required"] { facts.required = Set(try self.strings(value, "required")) }
        if let members = try self.objectMembers() { facts.members = [members] }
        if let value = self.members["propertyNames"] { facts.names = [try self.child(value, "propertyNames")] }
        for (name, names) in try self.dependentNames() { facts.dependents.append((name, names)) }
        for (name, term) in try self.dependentSchemas() {
            var having = Demands()
            having.facts.object = .having(name)
            having.facts.types = .object
            having.terms = [term]
            var lacking = Demands()
            lacking.facts.object = .lacking(name, self.table.nothing)
            demands.choices.append([lacking, having])
        }
        demands.facts.object = facts
    }

    /// The schemas of the members; nil if there are none.
    func objectMembers() throws -> ObjectFacts.Members? {
        var members = ObjectFacts.Members()
        for (name, value) in try self.object("properties") ?? [:] {
            members.named[name] = try self.child(value, "properties", name)
        }
        for (pattern, value) in try self.object("patternProperties") ?? [:] {
            members.patterns.append((pattern, try self.child(value, "patternProperties", pattern)))
        }
        if let value = self.members["additionalProperties"] {
            members.others = try self.child(value, "additionalProperties")
        } else if let value = try self.unevaluated("unevaluatedProperties") {
            members.others = try self.child(value, "unevaluatedProperties")
        }
        return members.named.isEmpty && members.patterns.isEmpty && members.others == nil ? nil : members
    }

    /// Which names a name demands, by `dependentRequired` or `dependencies`.
    func dependentNames() throws -> [(String, [String])] {
        var found = [(String, [String])]()
        for keyword in ["dependentRequired", "dependencies"] {
            for (name, value) in try self.object(keyword) ?? [:] {
                if let single = value.stringValue { found.append((name, [single])) }
                if value.arrayValue != nil || keyword == "dependentRequired" {
                    found.append((name, try self.strings(value, keyword)))
                }
            }
        }
        return found
    }

    /// Which schemas a name demands, by `dependentSchemas` or `dependencies`.
    func dependentSchemas() throws -> [(String, SchemaTerm)] {
        var found = [(String, SchemaTerm)]()
        for keyword in ["dependentSchemas", "dependencies"] {
            for (name, value) in try self.object(keyword) ?? [:]
            where value.arrayValue == nil && value.stringValue == nil {
                found.append((name, try self.child(value, keyword, name)))
            }
        }
        return found
    }

    /// A keyword for what no other keyword has looked at: without any keyword that looks inside, it is the plain form.
    private func unevaluated(_ keyword: String) throws -> JSONValue? {
        guard let value = self.members[keyword], value != .bool(true) else { return nil }
        let applicators = [
            "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas",
            "contains",
        ]
        if let other = applicators.first(where: { self.members[$0] != nil }) {
            throw self.unsupported(keyword, "beside `\(other)` it depends on which branches were taken")
        }
        return value
    }
}
