// SPDX-License-Identifier: Apache-2.0

extension StringRule {
    /// The rule as an automaton that counts by itself.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func bounded() throws -> ScalarAutomaton {
        guard self.least > 0 || self.most != nil else { return self.automaton }
        let last = self.most ?? self.least
        guard last < ScalarAutomaton.maximumStates else { throw ScalarAutomaton.tooLarge }
        let transitions = (0...last).map {
            $0 < last ? Int32($0 + 1) : self.most == nil ? Int32(last) : ScalarAutomaton.dead
        }
        let lengths = ScalarAutomaton(
            classes: ScalarClasses(telling: []), transitions: transitions,
            accepting: (0...last).map { $0 >= self.least }, start: 0)
        return try self.automaton.intersection(lengths)
    }
}
