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
        if let format = self.members["format"]?.stringValue {
            switch StringFormat.status(of: format) {
            case .annotation: break
            case .enforced: facts.forms.insert(StringFacts.Form(name: format, isFormat: true))
            case .unsupported: throw self.unsupported("format", "\(format.debugDescription) is not a regular language")
            }
        }
    }

    /// Reads what concerns numbers.
    func readNumbers(into rule: inout NumberRule) throws {
        if let (bound, isExclusive) = try self.bound("minimum", "exclusiveMinimum", .up) {
            rule.low = FixedPoint(units: bound.units + (isExclusive ? 1 : 0))
        }
        if let (bound, isExclusive) = try self.bound("maximum", "exclusiveMaximum", .down) {
            rule.high = FixedPoint(units: bound.units - (isExclusive ? 1 : 0))
        }
        if let value = self.members["multipleOf"] {
            guard let step = FixedPoint(exactly: value), step.units > 0 else {
                throw self.unsupported(
                    "multipleOf",
                    "\(value) is not a positive number of at most 20 digits before the point and 17 after it")
            }
            rule.step = step
        }
    }

    /// The tighter of a bound and its exclusive form, the latter being a flag until draft 4.
    func bound(_ keyword: String, _ exclusive: String, _ rounding: FixedPoint.Rounding) throws -> (
        bound: FixedPoint, isExclusive: Bool
    )? {
        let plain = try self.number(keyword, rounding)
        guard let value = self.members[exclusive] else { return plain.map { ($0, false) } }
        if let flag = value.boolValue { return plain.map { ($0, flag) } }
        guard let strict = try self.number(exclusive, rounding) else { return plain.map { ($0, false) } }
        // A bound that was rounded inwards is not the bound itself, which is what may not be reached.
        let isExclusive = FixedPoint(exactly: value) != nil
        guard let plain else { return (strict, isExclusive) }
        return (rounding == .up ? plain > strict : plain < strict) ? (plain, false) : (strict, isExclusive)
    }

    private func number(_ keyword: String, _ rounding: FixedPoint.Rounding) throws -> FixedPoint? {
        guard let value = self.members[keyword] else { return nil }
        guard let number = FixedPoint(value, rounding: rounding) else {
            throw self.malformed(keyword, "must be a number")
        }
        guard abs(number.units) >= FixedPoint.limit.units else { return number }
        guard (number.units < 0) == (rounding == .up) else {
            throw self.unsupported(keyword, "numbers of more than 20 digits are not written")
        }
        return nil
    }
}
