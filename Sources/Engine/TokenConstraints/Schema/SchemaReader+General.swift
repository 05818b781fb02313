// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

extension SchemaReader {
    /// Reads `type`, `enum` and `const`.
    func readGeneral(into demands: inout Demands) throws {
        if let types = try self.types() {
            demands.facts.types = types
            demands.facts.number.isPlain = self.table.draft <= .draft4 && !types.contains(.fractional)
        }
        if let values = try self.values() { demands.facts.values = values.map(ComparableJSON.init) }
    }

    /// The types of `type`; nil if there is none.
    func types() throws -> TypeSet? {
        guard let value = self.members["type"] else { return nil }
        let names = try value.stringValue.map { [$0] } ?? self.strings(value, "type")
        return try names.reduce(into: TypeSet()) { types, name in
            guard let type = TypeSet(named: name) else {
                throw self.malformed("type", "names the unknown type \(name.debugDescription)")
            }
            types.formUnion(type)
        }
    }

    /// The values that `enum` and `const` allow; nil if neither is there.
    func values() throws -> [JSONValue]? {
        var values = self.members["const"].map { [$0] }
        if let value = self.members["enum"] {
            guard let elements = value.arrayValue else { throw self.malformed("enum", "must be an array") }
            let allowed = Set(elements.map(ComparableJSON.init))
            values = values.map { $0.filter { allowed.contains(ComparableJSON($0)) } } ?? allowed.map(\.value)
        }
        return values
    }

    /// Reads `allOf`, `anyOf`, `not` and `if`; `oneOf` is read where its branches can be compared.
    func readApplicators(into demands: inout Demands) throws {
        demands.terms += try self.children("allOf") ?? []
        if let branches = try self.children("anyOf") { demands.choices.append(branches.map { Demands(terms: [$0]) }) }
        if let value = self.members["not"] { demands.terms.append(try self.child(value, "not").negated) }
        if let condition = self.members["if"], self.table.draft >= .draft7 {
            let test = try self.child(condition, "if")
            let then = try self.members["then"].map { [try self.child($0, "then")] } ?? []
            let otherwise = try self.members["else"].map { [try self.child($0, "else")] } ?? []
            if !then.isEmpty || !otherwise.isEmpty {
                demands.choices.append([Demands(terms: [test] + then), Demands(terms: [test.negated] + otherwise)])
            }
        }
    }

    /// Reads what concerns strings.
    func readStrings(into facts: inout StringFacts) throws {
        facts.least = try self.count("minLength") ?? 0
        facts.most = try self.count("maxLength")
        if let value = self.members["pattern"] {
            guard let pattern = value.stringValue else { throw self.malformed("pattern", "must be a string") }
            facts.forms.insert(StringFacts.Form(name: pattern))
        }
        if let name = self.members["format"]?.stringValue, let format = StringFormat(rawValue: name) {
            guard format.isRegular else {
                throw self.unsupported("format", "\(name.debugDescription) is not a regular language")
            }
            facts.forms.insert(StringFacts.Form(name: name, isFormat: true))
            facts.most = smaller(facts.most, format.most)
        }
    }

    /// Reads what concerns numbers.
    func readNumbers(into rule: inout NumberRule) throws {
        rule.low = try self.bound("minimum", "exclusiveMinimum", .up)
        rule.high = try self.bound("maximum", "exclusiveMaximum", .down)
        if let value = self.members["multipleOf"] {
            guard let step = FixedPoint(exactly: value), step.units > 0 else {
                throw self.unsupported(
                    "multipleOf",
                    "\(value) is not a positive number of at most 20 digits before the point and 17 after it")
            }
            rule.step = step
        }
    }

    /// The least number that a bound and its exclusive form allow, or the greatest; nil if they allow all.
    private func bound(_ keyword: String, _ exclusive: String, _ rounding: FixedPoint.Rounding) throws -> FixedPoint? {
        let bounds = try self.bounds(keyword, exclusive).map { name, value, isExclusive in
            guard
                let bound = isExclusive
                    ? FixedPoint.beyond(value, rounding: rounding) : FixedPoint(value, rounding: rounding)
            else {
                throw self.malformed(name, "must be a number")
            }
            return (name, bound)
        }
        guard let (name, bound) = rounding == .up ? bounds.max(by: { $0.1 < $1.1 }) : bounds.min(by: { $0.1 < $1.1 })
        else { return nil }
        guard abs(bound.units) >= FixedPoint.limit.units else { return bound }
        guard (bound.units < 0) == (rounding == .up) else {
            throw self.unsupported(name, "numbers of more than 20 digits are not written")
        }
        return nil
    }

    /// The bounds that a keyword and its exclusive form set, the latter being a flag until draft 4.
    func bounds(_ keyword: String, _ exclusive: String) throws -> [(name: String, value: JSONValue, isExclusive: Bool)]
    {
        var bounds = [(name: String, value: JSONValue, isExclusive: Bool)]()
        if let value = self.members[keyword] {
            bounds.append((keyword, value, self.members[exclusive]?.boolValue ?? false))
        }
        if let value = self.members[exclusive], value.boolValue == nil { bounds.append((exclusive, value, true)) }
        return bounds
    }
}
