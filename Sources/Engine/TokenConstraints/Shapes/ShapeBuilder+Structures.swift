// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ShapeBuilder {
    func addArray(_ facts: ArrayFacts, to goal: Goal) throws {
        guard facts.most.map({ facts.least <= $0 }) ?? true else { return }
        guard !facts.isUnique || facts.most.map({ $0 <= 1 }) ?? false else {
            throw ConstraintError(
                .unsupported, "`uniqueItems` cannot be enforced: what was written before would have to be remembered.")
        }
        let contained = try self.contained(facts)
        let places = min(facts.items.map(\.first.count).max() ?? 0, facts.most ?? .max)
        if contained != nil, places > 0 {
            throw ConstraintError(.unsupported, "`contains` cannot be enforced beside schemas for single items.")
        }
        func item(_ index: Int) throws -> ArrayShape.Item {
            let terms = facts.items.flatMap { index < $0.first.count ? $0.first[index] : $0.rest }
            guard let contained else { return ArrayShape.Item(goal: try self.goal(terms)) }
            let uncounted = contained.most == nil ? terms : terms + [contained.term.negated]
            return ArrayShape.Item(goal: try self.goal(uncounted), counted: try self.goal(terms + [contained.term]))
        }
        goal.arrays.append(
            self.register(
                ArrayShape(
                    first: try (0..<places).map(item), rest: try item(places),
                    least: max(facts.least, contained?.least ?? 0), most: facts.most,
                    leastCounted: contained?.least ?? 0, mostCounted: contained?.most)))
    }

    private func contained(_ facts: ArrayFacts) throws -> ArrayFacts.Contained? {
        let different = Set(facts.contained)
        guard different.count <= 1 else {
            throw ConstraintError(.unsupported, "`contains` cannot be enforced more than once for the same array.")
        }
        return different.first
    }

    func addObject(_ facts: ObjectFacts, to goal: Goal) throws {
        guard facts.most.map({ facts.least <= $0 && facts.required.count <= $0 }) ?? true else { return }
        var declared = facts.required
        for members in facts.members { declared.formUnion(members.named.keys) }
        for (name, names) in facts.dependents { declared.formUnion([name] + names) }
        let names = declared.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let nameRules = try facts.names.isEmpty ? nil : self.nameRule(facts.names)
        let goals = try names.map { name in
            let isAllowed = nameRules.map { $0.accepts(name) } ?? true
            return try self.goal(
                isAllowed ? try self.expander.terms(of: name, in: facts.members) : [self.table.nothing])
        }
        func set(_ names: some Sequence<String>) -> NameSet {
            names.reduce(into: NameSet(count: numbers.count)) { set, name in
                if let number = numbers[name] { set.insert(number) }
            }
        }
        let others = try self.others(facts, declared: names, nameRules)
        if facts.least >= 2, !others.isEmpty, facts.least > facts.required.count + 1 {
            throw ConstraintError(
                .unsupported,
                "`minProperties` of more than one beyond the required ones cannot be enforced where other names may be repeated."
            )
        }
        goal.objects.append(
            self.register(
                ObjectShape(
                    names: names, goals: goals, required: set(facts.required),
                    dependents: facts.dependents.compactMap { name, others in numbers[name].map { ($0, set(others)) } },
                    others: others, least: facts.least, most: facts.most)))
    }

    /// What all schemas of `propertyNames` say about names.
    private func nameRule(_ terms: [SchemaTerm]) throws -> ScalarAutomaton {
        let goal = Goal()
        let alternatives = try self.expander.alternatives(Set(terms).sorted())
        for var facts in alternatives where facts.types.contains(.string) {
            facts.types = .string
            try self.addString(facts, to: goal)
        }
        guard let first = goal.strings.first else { return try .literals([String]()) }
        return try goal.strings.dropFirst().reduce(try first.bounded()) { try $0.union(try $1.bounded()) }
    }

    /// The names that are not declared, parted by the patterns that they match.
    private func others(_ facts: ObjectFacts, declared: [String], _ nameRules: ScalarAutomaton?) throws -> [ObjectShape
        .Others]
    {
        let patterns = Set(facts.members.flatMap { $0.patterns.map(\.pattern) }).sorted()
        var parts: [(names: ScalarAutomaton, matched: Set<String>)] = [(nameRules ?? .everything, [])]
        for pattern in patterns {
            let matching = try self.expander.strings.automaton(StringFacts.Form(name: pattern))
            parts = try parts.flatMap { names, matched in
                [
                    (try names.intersection(matching), matched.union([pattern])),
                    (try names.subtracting(matching), matched),
                ]
            }.filter { !$0.0.isEmpty }
            guard parts.count <= 64 else { throw ScalarAutomaton.tooLarge }
        }
        return try parts.compactMap { names, matched in
            let terms = facts.members.flatMap { members -> [SchemaTerm] in
                let own = members.patterns.filter { matched.contains($0.pattern) }.map(\.term)
                return own.isEmpty ? members.others.map { [$0] } ?? [] : own
            }
            guard !terms.contains(self.table.nothing) else { return nil }
            let isEverything = names.universal[Int(names.start)]
            let undeclared = isEverything || declared.isEmpty ? names : try names.subtracting(try .literals(declared))
            return undeclared.isEmpty ? nil : ObjectShape.Others(names: undeclared, goal: try self.goal(terms))
        }
    }
}
