// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

/// Turns the facts about a schema and all schemas inside it into shapes.
final class ShapeBuilder {
    let expander: SchemaExpander
    var table: SchemaTable { self.expander.table }
    private var goals: [[SchemaTerm]: Goal] = [:]
    private(set) var ordered: [Goal] = []
    private var waiting: [(terms: [SchemaTerm], goal: Goal)] = []
    private(set) var arrays: [ArrayShape] = []
    private(set) var objects: [ObjectShape] = []
    private static let maximumGoals = 20_000

    init(_ expander: SchemaExpander) { self.expander = expander }

    /// The goal of a document, with all that it leads to.
    ///
    /// - Throws: ``ConstraintError`` that names what cannot be enforced.
    func build() throws -> Goal {
        let root = try self.goal([self.table.document])
        while let (terms, goal) = self.waiting.popLast() {
            do {
                for facts in try self.expander.alternatives(terms) { try self.add(facts, to: goal) }
            } catch let error as ConstraintError where !error.message.hasPrefix("At ") {
                let places = terms.map { SchemaTable.shown(self.table.entries[$0.schema].pointer) }.joined(
                    separator: " and ")
                throw ConstraintError(error.code, "At \(places): \(error.description)")
            }
        }
        self.findDepths()
        for array in self.arrays { array.close() }
        for object in self.objects { object.close() }
        var (strings, numbers) = (Int32(0), Int32(0))
        for (number, goal) in self.ordered.enumerated() {
            (goal.number, goal.firstString, goal.firstNumber) = (Int32(number), strings, numbers)
            strings += Int32(goal.strings.count)
            numbers += Int32(goal.numbers.count)
        }
        return root
    }

    /// The goal that schemas describe together.
    func goal(_ terms: [SchemaTerm]) throws -> Goal {
        let sorted = Set(try terms.filter { try !self.expander.isTrivial($0) }).sorted()
        let key = sorted.contains(self.table.nothing) ? [self.table.nothing] : sorted
        if let known = self.goals[key] { return known }
        guard self.ordered.count < Self.maximumGoals else {
            throw ConstraintError(
                .tooLarge,
                "The schema's parts combine to more than \(Self.maximumGoals) different ones; make it simpler.")
        }
        let goal = Goal()
        self.goals[key] = goal
        self.ordered.append(goal)
        self.waiting.append((key, goal))
        return goal
    }

    func register(_ shape: ArrayShape) -> ArrayShape {
        shape.number = Int32(self.arrays.count)
        self.arrays.append(shape)
        return shape
    }

    func register(_ shape: ObjectShape) -> ObjectShape {
        shape.number = Int32(self.objects.count)
        self.objects.append(shape)
        return shape
    }

    private func add(_ facts: Facts, to goal: Goal) throws {
        if let values = facts.values { return try self.add(values, of: facts, to: goal) }
        let excluded = facts.excluded.map(\.value)
        goal.hasNull = goal.hasNull || facts.types.contains(.null) && !excluded.contains(.null)
        goal.hasFalse = goal.hasFalse || facts.types.contains(.false) && !excluded.contains(.bool(false))
        goal.hasTrue = goal.hasTrue || facts.types.contains(.true) && !excluded.contains(.bool(true))
        if facts.types.contains(.string) { try self.addString(facts, to: goal) }
        if !facts.types.isDisjoint(with: .number) { try self.addNumber(facts, excluded, to: goal) }
        if facts.types.contains(.array) { try self.addArray(facts.array, to: goal) }
        if facts.types.contains(.object) { try self.addObject(facts.object, to: goal) }
    }

    /// Adds what the facts say about strings.
    func addString(_ facts: Facts, to goal: Goal) throws {
        if let values = facts.values { return try self.add(values, of: facts, to: goal) }
        let excluded = facts.excluded.compactMap(\.value.stringValue)
        var rule = try self.expander.strings.rule(facts.string)
        if !excluded.isEmpty {
            rule = try StringRule(
                try rule.automaton.subtracting(try .literals(excluded)), least: facts.string.least,
                most: facts.string.most)
        }
        if !rule.isEmpty { goal.strings.append(rule) }
    }

    private func addNumber(_ facts: Facts, _ excluded: [JSONValue], to goal: Goal) throws {
        var rule = facts.number
        rule.excluded += excluded.compactMap { FixedPoint(exactly: $0) }
        switch (facts.types.contains(.whole), facts.types.contains(.fractional)) {
        case (true, true): rule.isPlain = false
        case (true, false):
            guard let whole = rule.intersection(NumberRule(step: .one)) else { return }
            rule = whole
        default: rule.isFractional = true
        }
        if rule.isFractional || !rule.excluded.isEmpty, !rule.isWhole {
            // What is apart from a number must stay so when it is read as a double: 15 digits do.
            guard let exact = rule.intersection(.exactDigits) else { return }
            rule = exact
        }
        let machine = NumberMachine(rule)
        if !machine.isEmpty { goal.numbers.append(machine) }
    }

    /// Adds the values of a list that fit all other facts.
    private func add(_ values: [ComparableJSON], of facts: Facts, to goal: Goal) throws {
        let excluded = Set(facts.excluded)
        let rule = try self.expander.strings.rule(facts.string)
        var texts = [String]()
        for value in values where !excluded.contains(value) && !facts.types.isDisjoint(with: TypeSet(of: value.value)) {
            switch value.value {
            case .null: goal.hasNull = true
            case .bool(let truth): if truth { goal.hasTrue = true } else { goal.hasFalse = true }
            case .string(let text): if rule.accepts(text) { texts.append(text) }
            case .integer, .number: try self.add(number: value.value, of: facts, to: goal)
            case .array, .object:
                var structured = facts
                structured.values = nil
                structured.types = TypeSet(of: value.value)
                structured.excluded = []
                for alternative in try self.expander.alternatives([try self.table.structure(value.value)]) {
                    var both = structured
                    both.merge(alternative)
                    try self.add(both, to: goal)
                }
            }
        }
        if !texts.isEmpty { goal.strings.append(try StringRule(try .literals(texts))) }
    }

    private func add(number value: JSONValue, of facts: Facts, to goal: Goal) throws {
        guard let exact = FixedPoint(exactly: value) else {
            throw ConstraintError(
                .unsupported, "The number \(value) of an `enum` or `const` has too many digits to be enforced.")
        }
        guard facts.number.allows(exact) else { return }
        goal.numbers.append(NumberMachine(NumberRule(low: exact, high: exact, isPlain: facts.number.isPlain)))
    }

    /// Finds the depths of all goals: each round learns those that need only what the rounds before have learnt.
    private func findDepths() {
        var isChanged = true
        while isChanged {
            isChanged = false
            for goal in self.ordered.reversed() where goal.depth > 0 {
                let depth =
                    goal.hasScalar
                    ? 0 : min(goal.arrays.map(\.depth).min() ?? .max, goal.objects.map(\.depth).min() ?? .max)
                if depth < goal.depth {
                    goal.depth = depth
                    isChanged = true
                }
            }
        }
    }
}
