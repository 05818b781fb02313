// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

extension SchemaReader {
    /// The ways in which a value can fail the schema, and the keywords whose failures are left out.
    ///
    /// What is left out makes the negation narrower, never wider: a value that is allowed does fail the schema.
    ///
    /// - Throws: ``ConstraintError`` that names the keyword and its place.
    func negations() throws -> (ways: [Demands], omitted: [String]) {
        if let reference = self.members["$ref"], self.table.draft.ignoresSiblingsOfReferences {
            return ([Demands(terms: [try self.resolve(reference, "$ref").negated])], [])
        }
        var ways = [Demands]()
        var omitted = [
            "uniqueItems", "multipleOf", "propertyNames", "additionalProperties", "patternProperties",
            "unevaluatedProperties",
            "additionalItems", "unevaluatedItems", "minContains", "maxContains",
        ].filter { self.members[$0] != nil && self.members[$0] != .bool(true) && self.members[$0] != .object([:]) }
        for name in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let reference = self.members[name] {
                ways.append(Demands(terms: [try self.resolve(reference, name).negated]))
            }
        }
        if let types = try self.types() { ways.append(Demands(types: types.complement)) }
        if let values = try self.values() { ways.append(try self.excluding(values)) }
        try self.negateApplicators(into: &ways)
        try self.negateStrings(into: &ways, omitted: &omitted)
        try self.negateNumbers(into: &ways)
        try self.negateArrays(into: &ways, omitted: &omitted)
        try self.negateObjects(into: &ways)
        return (ways, omitted)
    }

    /// Demands that a value is none of some values.
    private func excluding(_ values: [JSONValue]) throws -> Demands {
        var demands = Demands()
        for value in values {
            switch value {
            case .array, .object: demands.terms.append(try self.table.structure(value).negated)
            default: demands.facts.excluded.append(ComparableJSON(value))
            }
        }
        return demands
    }

    private func negateApplicators(into ways: inout [Demands]) throws {
        for term in try self.children("allOf") ?? [] { ways.append(Demands(terms: [term.negated])) }
        if let branches = try self.children("anyOf") { ways.append(Demands(terms: branches.map(\.negated))) }
        if let branches = try self.children("oneOf") {
            ways.append(Demands(terms: branches.map(\.negated)))
            for (index, first) in branches.enumerated() {
                for second in branches[(index + 1)...] { ways.append(Demands(terms: [first, second])) }
            }
        }
        if let value = self.members["not"] { ways.append(Demands(terms: [try self.child(value, "not")])) }
        if let condition = self.members["if"], self.table.draft >= .draft7 {
            let test = try self.child(condition, "if")
            if let then = self.members["then"] {
                ways.append(Demands(terms: [test, try self.child(then, "then").negated]))
            }
            if let otherwise = self.members["else"] {
                ways.append(Demands(terms: [test.negated, try self.child(otherwise, "else").negated]))
            }
        }
    }

    private func negateStrings(into ways: inout [Demands], omitted: inout [String]) throws {
        func string(_ facts: StringFacts) {
            var demands = Demands(types: .string)
            demands.facts.string = facts
            ways.append(demands)
        }
        if let least = try self.count("minLength"), least > 0 { string(StringFacts(most: least - 1)) }
        if let most = try self.count("maxLength") { string(StringFacts(least: most + 1)) }
        if let pattern = self.members["pattern"]?.stringValue {
            string(StringFacts(forms: [StringFacts.Form(name: pattern, isNegated: true)]))
        }
        if let format = self.members["format"]?.stringValue, StringFormat(rawValue: format) != nil {
            omitted.append("format")
        }
    }

    private func negateNumbers(into ways: inout [Demands]) throws {
        func number(low: FixedPoint? = nil, high: FixedPoint? = nil) {
            var demands = Demands(types: .number)
            demands.facts.number.low = low
            demands.facts.number.high = high
            ways.append(demands)
        }
        for (_, value, isExclusive) in try self.bounds("minimum", "exclusiveMinimum") {
            number(high: isExclusive ? FixedPoint(value, rounding: .down) : .beyond(value, rounding: .down))
        }
        for (_, value, isExclusive) in try self.bounds("maximum", "exclusiveMaximum") {
            number(low: isExclusive ? FixedPoint(value, rounding: .up) : .beyond(value, rounding: .up))
        }
    }

    private func negateArrays(into ways: inout [Demands], omitted: inout [String]) throws {
        if let least = try self.count("minItems"), least > 0 {
            ways.append(Demands(array: ArrayFacts(most: least - 1)))
        }
        if let most = try self.count("maxItems") { ways.append(Demands(array: ArrayFacts(least: most + 1))) }
        if let items = try self.items() {
            for (index, terms) in items.first.enumerated() {
                let before = [[SchemaTerm]](repeating: [], count: index)
                ways.append(
                    Demands(
                        array: ArrayFacts(
                            items: [ArrayFacts.Items(first: before + [terms.map(\.negated)])], least: index + 1)))
            }
            if let rest = items.rest.first {
                if items.first.isEmpty {
                    ways.append(Demands(array: ArrayFacts(contained: [ArrayFacts.Contained(term: rest.negated)])))
                } else {
                    omitted.append("items")
                }
            }
        }
        if let value = self.members["contains"], self.members["minContains"] == nil, self.members["maxContains"] == nil
        {
            let term = try self.child(value, "contains")
            ways.append(Demands(array: ArrayFacts(items: [ArrayFacts.Items(rest: [term.negated])])))
        }
    }

    private func negateObjects(into ways: inout [Demands]) throws {
        let nothing = self.table.nothing
        func object(_ facts: ObjectFacts, _ terms: [SchemaTerm] = []) {
            var demands = Demands(object: facts)
            demands.terms = terms
            ways.append(demands)
        }
        if let least = try self.count("minProperties"), least > 0 { object(ObjectFacts(most: least - 1)) }
        if let most = try self.count("maxProperties") { object(ObjectFacts(least: most + 1)) }
        if let value = self.members["required"] {
            for name in try self.strings(value, "required") { object(.lacking(name, nothing)) }
        }
        for (name, term) in try self.objectMembers()?.named ?? [:] { object(.having(name, term.negated)) }
        for (name, names) in try self.dependentNames() {
            for other in names where other != name {
                var facts = ObjectFacts.having(name)
                facts.merge(.lacking(other, nothing))
                object(facts)
            }
        }
        for (name, term) in try self.dependentSchemas() { object(.having(name), [term.negated]) }
    }
}

extension SchemaTable {
    /// A schema that only arrays or objects equal to a value fit, in keywords that look inside.
    func structure(_ value: JSONValue) throws -> SchemaTerm {
        switch value {
        case .array(let elements):
            let count = JSONValue.integer(elements.count)
            var schema: JSONValue = ["type": "array", "minItems": count, "maxItems": count]
            if !elements.isEmpty, case .object(var members) = schema {
                members["prefixItems"] = .array(elements.map { ["const": $0] })
                schema = .object(members)
            }
            return try self.made(schema)
        case .object(let members):
            return try self.made([
                "type": "object", "required": .array(members.keys.map { .string($0) }),
                "properties": .object(members.mapValues { ["const": $0] }), "additionalProperties": false,
            ])
        default: return try self.made(["const": value])
        }
    }
}
