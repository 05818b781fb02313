// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Makes the automata of patterns, formats and their combinations, each once.
final class StringRules {
    private var automata: [StringFacts.Form: ScalarAutomaton] = [:]
    private var rules: [StringFacts: StringRule] = [:]
    private var combined: [Set<StringFacts.Form>: ScalarAutomaton] = [:]

    /// The automaton of a pattern or a format.
    ///
    /// - Throws: ``ConstraintError`` if it cannot be made.
    func automaton(_ form: StringFacts.Form) throws -> ScalarAutomaton {
        if let known = self.automata[form] { return known }
        let automaton: ScalarAutomaton
        if form.isNegated {
            automaton = try self.automaton(StringFacts.Form(name: form.name, isFormat: form.isFormat)).complement()
        } else {
            automaton = try form.format?.automaton() ?? ScalarAutomaton(finding: form.name)
        }
        self.automata[form] = automaton
        return automaton
    }

    /// The automaton of all forms at once.
    ///
    /// - Throws: ``ConstraintError`` if it cannot be made.
    func automaton(_ forms: Set<StringFacts.Form>) throws -> ScalarAutomaton {
        if let known = self.combined[forms] { return known }
        let parts = try forms.map { try self.automaton($0) }.sorted { $0.stateCount < $1.stateCount }
        let automaton = try parts.dropFirst().reduce(parts.first ?? .everything) { try $0.intersection($1) }
        self.combined[forms] = automaton
        return automaton
    }

    /// The rule of all facts about a string.
    ///
    /// - Throws: ``ConstraintError`` if it cannot be made.
    func rule(_ facts: StringFacts) throws -> StringRule {
        if let known = self.rules[facts] { return known }
        let rule = try StringRule(try self.automaton(facts.forms), least: facts.least, most: facts.most)
        self.rules[facts] = rule
        return rule
    }
}
