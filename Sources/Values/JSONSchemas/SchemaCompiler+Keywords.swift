// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

private typealias Members = OrderedDictionary<String, JSONValue>

extension SchemaCompiler {
    /// Compiles the keywords of one schema object, those that need the others' results last.
    mutating func keywords(
        of members: OrderedDictionary<String, JSONValue>, index: Int, _ scope: SchemaScope
    ) throws -> [SchemaKeyword] {
        for name in ["$defs", "definitions"] { _ = try self.schemaMap(members, name, scope) }
        var keywords = try self.references(members, index: index, scope)
        keywords += try self.valueKeywords(members, scope)
        keywords += try self.bounds(members, scope)
        keywords += try self.objectKeywords(members, scope)
        keywords += try self.arrayKeywords(members, scope)
        keywords += try self.combinations(members, scope)
        if let node = try self.schema(members, "unevaluatedItems", scope) { keywords.append(.unevaluatedItems(node)) }
        if let node = try self.schema(members, "unevaluatedProperties", scope) {
            keywords.append(.unevaluatedProperties(node))
        }
        return keywords
    }

    private mutating func references(_ members: Members, index: Int, _ scope: SchemaScope) throws -> [SchemaKeyword] {
        var keywords = [SchemaKeyword]()
        for (name, placeholder) in [
            ("$ref", SchemaKeyword.reference(0)), ("$dynamicRef", .dynamicReference(0, anchor: "")),
            ("$recursiveRef", .dynamicReference(0, anchor: Self.recursiveAnchor)),
        ] {
            guard let value = members[name] else { continue }
            guard let text = value.stringValue else { throw self.malformed(name, scope, "must be a URI in a string") }
            let uri = URIReference.resolve(text, base: self.resources[scope.resource].uri)
            self.pending.append(
                PendingReference(
                    node: index, keyword: keywords.count, uri: uri, location: "\(self.location(scope))/\(name)"))
            keywords.append(placeholder)
        }
        return keywords
    }

    // MARK: - Values

    private func valueKeywords(_ members: Members, _ scope: SchemaScope) throws -> [SchemaKeyword] {
        var keywords = [SchemaKeyword]()
        if let value = members["type"] {
            let isOld = self.resources[scope.resource].dialect.draft == .draft4
            keywords.append(.type(try self.types(value, scope), takesWholeNumbers: !isOld))
        }
        if let value = members["enum"] {
            guard let values = value.arrayValue else { throw self.malformed("enum", scope, "must be an array") }
            keywords.append(.oneOf(values: values, set: Set(values.map(ComparableJSON.init))))
        }
        if let value = members["const"] { keywords.append(.constant(value)) }
        if let value = members["multipleOf"] {
            guard let number = value.numberValue, number > 0 else {
                throw self.malformed("multipleOf", scope, "must be a number above 0")
            }
            keywords.append(.multipleOf(value))
        }
        if let value = members["pattern"] {
            guard let text = value.stringValue else { throw self.malformed("pattern", scope, "must be a string") }
            keywords.append(.pattern(try self.pattern(text, "pattern", scope)))
        }
        if self.resources[scope.resource].dialect.assertsFormats, let value = members["format"] {
            guard let name = value.stringValue else { throw self.malformed("format", scope, "must be a string") }
            if let format = StringFormat(rawValue: name) { keywords.append(.format(format)) }
        }
        return keywords
    }

    private func types(_ value: JSONValue, _ scope: SchemaScope) throws -> [String] {
        let known = ["null", "boolean", "integer", "number", "string", "array", "object"]
        let names = value.arrayValue ?? [value]
        return try names.map { name in
            guard let name = name.stringValue else {
                throw self.malformed("type", scope, "must be the name of a type or an array of such names")
            }
            guard known.contains(name) else {
                throw self.malformed(
                    "type", scope, "has the unknown type '\(name)'. \(NearestName.hint(for: name, in: known))")
            }
            return name
        }
    }

    func pattern(_ text: String, _ keyword: String, _ scope: SchemaScope) throws -> ECMAPattern {
        do {
            return try ECMAPattern(text)
        } catch let error as PatternError {
            throw JSONSchemaError(
                error.isUnsupported ? .unsupported : .malformedKeyword,
                "The regular expression '\(text)' in '\(self.location(scope))/\(keyword)' cannot be used: \(error.problem)."
            )
        }
    }

    private func bounds(_ members: Members, _ scope: SchemaScope) throws -> [SchemaKeyword] {
        let known: [(String, BoundKeyword.Measure, isLower: Bool, isExclusive: Bool)] = [
            ("minimum", .number, true, false), ("maximum", .number, false, false),
            ("exclusiveMinimum", .number, true, true), ("exclusiveMaximum", .number, false, true),
            ("minLength", .length, true, false), ("maxLength", .length, false, false),
            ("minItems", .items, true, false), ("maxItems", .items, false, false),
            ("minProperties", .properties, true, false), ("maxProperties", .properties, false, false),
        ]
        let isOld = self.resources[scope.resource].dialect.draft == .draft4
        return try known.compactMap { name, measure, isLower, isExclusive in
            guard let limit = members[name] else { return nil }
            if isOld, isExclusive { return nil }  // In draft 04 it is a truth value beside the limit.
            let isExclusive =
                isExclusive || (isOld && members[isLower ? "exclusiveMinimum" : "exclusiveMaximum"] == true)
            if measure == .number {
                guard limit.numberValue != nil else { throw self.malformed(name, scope, "must be a number") }
            } else {
                _ = try self.count(members, name, scope)
            }
            return .bound(
                BoundKeyword(measure: measure, name: name, limit: limit, isLower: isLower, isExclusive: isExclusive))
        }
    }

    private func count(_ members: Members, _ name: String, _ scope: SchemaScope) throws -> Int? {
        guard let value = members[name] else { return nil }
        guard let count = value.integerValue, count >= 0 else {
            throw self.malformed(name, scope, "must be a whole number, 0 or more")
        }
        return count
    }

    // MARK: - Objects

    private mutating func objectKeywords(_ members: Members, _ scope: SchemaScope) throws -> [SchemaKeyword] {
        var keywords = [SchemaKeyword]()
        if let value = members["required"] { keywords.append(.required(try self.names(value, "required", scope))) }
        let properties = try self.properties(members, scope)
        if let properties { keywords.append(.properties(properties)) }
        if let node = try self.schema(members, "propertyNames", scope) { keywords.append(.propertyNames(node)) }
        var needs = [(key: String, needs: [String])]()
        for name in ["dependentRequired", "dependencies"] {
            for (key, value) in try self.map(members, name, scope)
            where name == "dependentRequired" || value.arrayValue != nil {
                needs.append((key, try self.names(value, name, scope)))
            }
        }
        if !needs.isEmpty { keywords.append(.dependentRequired(needs)) }
        for name in ["dependentSchemas", "dependencies"] {
            let entries = try self.map(members, name, scope).filter {
                name == "dependentSchemas" || $1.arrayValue == nil
            }
            guard !entries.isEmpty else { continue }
            let compiled = try entries.map { key, value in
                (
                    key: key,
                    schema: try self.add(
                        value, resource: scope.resource, pointers: scope.down(name, key), depth: scope.depth + 1)
                )
            }
            keywords.append(.dependentSchemas(compiled, name: name))
        }
        return keywords
    }

    private mutating func properties(_ members: Members, _ scope: SchemaScope) throws -> PropertiesKeyword? {
        guard ["properties", "patternProperties", "additionalProperties"].contains(where: { members[$0] != nil }) else {
            return nil
        }
        var keyword = PropertiesKeyword()
        keyword.named = try self.schemaMap(members, "properties", scope)
        for (pattern, node) in try self.schemaMap(members, "patternProperties", scope).sorted(by: { $0.key < $1.key }) {
            keyword.patterns.append((try self.pattern(pattern, "patternProperties", scope), node))
        }
        keyword.additional = try self.schema(members, "additionalProperties", scope)
        keyword.isClosed = members["additionalProperties"] == .bool(false)
        return keyword
    }

    private func names(_ value: JSONValue, _ keyword: String, _ scope: SchemaScope) throws -> [String] {
        let names = value.arrayValue?.compactMap(\.stringValue)
        guard let names, names.count == value.arrayValue?.count else {
            throw self.malformed(keyword, scope, "must be an array of property names")
        }
        return names
    }

    // MARK: - Arrays

    private mutating func arrayKeywords(_ members: Members, _ scope: SchemaScope) throws -> [SchemaKeyword] {
        var keywords = [SchemaKeyword]()
        let isTuple = members["items"]?.arrayValue != nil
        if isTuple, members["prefixItems"] != nil {
            throw self.malformed("items", scope, "must be a schema where 'prefixItems' is used")
        }
        let (prefixName, restName) = isTuple ? ("items", "additionalItems") : ("prefixItems", "items")
        let prefix = try self.schemaList(members, prefixName, scope) ?? []
        let rest = try self.schema(members, restName, scope)
        if !prefix.isEmpty || rest != nil {
            keywords.append(.items(prefix: prefix, rest: rest, prefixName: prefixName, restName: restName))
        }
        if let node = try self.schema(members, "contains", scope) {
            let least = try self.count(members, "minContains", scope) ?? 1
            keywords.append(
                .contains(
                    node, least: least, most: try self.count(members, "maxContains", scope),
                    evaluates: self.resources[scope.resource].dialect.draft >= .draft2020))
        }
        if let value = members["uniqueItems"] {
            guard let isUnique = value.boolValue else {
                throw self.malformed("uniqueItems", scope, "must be true or false")
            }
            if isUnique { keywords.append(.uniqueItems) }
        }
        return keywords
    }

    // MARK: - Combinations

    private mutating func combinations(_ members: Members, _ scope: SchemaScope) throws -> [SchemaKeyword] {
        var keywords = [SchemaKeyword]()
        for (name, make) in [
            ("allOf", SchemaKeyword.allOf), ("anyOf", SchemaKeyword.anyOf), ("oneOf", SchemaKeyword.exactlyOneOf),
        ] {
            guard let nodes = try self.schemaList(members, name, scope) else { continue }
            guard !nodes.isEmpty else { throw self.malformed(name, scope, "must have at least one schema") }
            keywords.append(make(nodes))
        }
        if let node = try self.schema(members, "not", scope) { keywords.append(.not(node)) }
        let branches = try (self.schema(members, "then", scope), self.schema(members, "else", scope))
        if let condition = try self.schema(members, "if", scope) {
            keywords.append(.conditional(if: condition, then: branches.0, else: branches.1))
        }
        return keywords
    }

    // MARK: - Schemas under keywords

    private mutating func schema(_ members: Members, _ name: String, _ scope: SchemaScope) throws -> Int? {
        guard let value = members[name] else { return nil }
        return try self.add(value, resource: scope.resource, pointers: scope.down(name), depth: scope.depth + 1)
    }

    private mutating func schemaList(_ members: Members, _ name: String, _ scope: SchemaScope) throws -> [Int]? {
        guard let value = members[name] else { return nil }
        guard let list = value.arrayValue else { throw self.malformed(name, scope, "must be an array of schemas") }
        return try list.enumerated().map { index, schema in
            try self.add(
                schema, resource: scope.resource, pointers: scope.down(name, String(index)), depth: scope.depth + 1)
        }
    }

    private mutating func schemaMap(_ members: Members, _ name: String, _ scope: SchemaScope) throws -> [String: Int] {
        var nodes = [String: Int]()
        for (key, schema) in try self.map(members, name, scope) {
            nodes[key] = try self.add(
                schema, resource: scope.resource, pointers: scope.down(name, key), depth: scope.depth + 1)
        }
        return nodes
    }

    private func map(_ members: Members, _ name: String, _ scope: SchemaScope) throws -> Members {
        guard let value = members[name] else { return [:] }
        guard let map = value.objectValue else { throw self.malformed(name, scope, "must be an object") }
        return map
    }
}
