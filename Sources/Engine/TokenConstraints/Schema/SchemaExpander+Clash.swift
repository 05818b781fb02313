// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

extension SchemaExpander {
    /// Whether two lists of facts plainly exclude each other.
    func clash(_ left: Facts, _ right: Facts, depth: Int) throws -> Bool {
        guard !left.types.isDisjoint(with: right.types) else { return true }
        var both = left
        both.merge(right)
        guard !both.isImpossible else { return true }
        if let values = both.values, values.allSatisfy({ both.types.isDisjoint(with: TypeSet(of: $0.value)) }) {
            return true
        }
        guard both.types.isDisjoint(with: [.null, .true, .false]) else { return false }
        if both.types.contains(.string), try !self.strings.rule(both.string).isEmpty { return false }
        if !both.types.isDisjoint(with: .number), !NumberMachine(both.number).isEmpty { return false }
        if both.types.contains(.array), both.array.most.map({ $0 >= both.array.least }) ?? true { return false }
        if both.types.contains(.object), try !self.clash(left.object, right.object, depth: depth) { return false }
        return true
    }

    private func clash(_ left: ObjectFacts, _ right: ObjectFacts, depth: Int) throws -> Bool {
        if let most = smaller(left.most, right.most), max(left.least, right.least) > most { return true }
        for name in left.required.union(right.required) {
            let first = try self.terms(of: name, in: left.members)
            let second = try self.terms(of: name, in: right.members)
            if first.contains(self.table.nothing) || second.contains(self.table.nothing) { return true }
            if !first.isEmpty, !second.isEmpty, try self.areDisjoint(first, second, depth: depth + 1) { return true }
        }
        return false
    }

    /// The schemas of a member, by its name.
    func terms(of name: String, in members: [ObjectFacts.Members]) throws -> [SchemaTerm] {
        var terms = Set<SchemaTerm>()
        for rules in members {
            var isKnown = false
            if let term = rules.named[name] {
                terms.insert(term)
                isKnown = true
            }
            for (pattern, term) in rules.patterns
            where try self.strings.automaton(StringFacts.Form(name: pattern)).accepts(name) {
                terms.insert(term)
                isKnown = true
            }
            if !isKnown, let others = rules.others { terms.insert(others) }
        }
        return try terms.filter { try !self.isTrivial($0) }.sorted()
    }
}

extension TypeSet {
    /// The type of a value.
    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let truth): self = truth ? .true : .false
        case .integer: self = .whole
        case .number(let number): self = number == number.rounded() ? .whole : .fractional
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }
}
