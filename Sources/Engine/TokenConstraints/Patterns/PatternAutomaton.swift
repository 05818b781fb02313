// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

/// A deterministic automaton over Unicode scalars that accepts what a pattern describes; its states are made as they are met.
///
/// Whatever is not ``AutomatonState/dead`` can be completed. For one thread at a time.
package final class PatternAutomaton {
    private var terms: PatternTerms
    private let partition: ScalarPartition
    /// The class of scalars that each kind of free text consists of.
    private let freeClasses: [[Int]]

    /// Where every text begins; dead when the pattern describes no text.
    package let start: AutomatonState

    /// How many states there are, those of parts included.
    package var stateCount: Int { self.terms.terms.count }

    /// Makes the automaton of a pattern.
    ///
    /// - Throws: ``ConstraintError`` when an expression is malformed, too large, or needs what an automaton cannot do.
    package init(_ pattern: Pattern) throws {
        var trees: [PatternTree] = []
        try pattern.parse(into: &trees)
        let kinds = FreeText.Kind.allCases.map { ScalarRanges($0.set) }
        var translator = PatternTranslator(trees)
        var rest = trees[...]
        let start = try translator.translate(pattern, &rest)
        self.partition = translator.partition
        self.terms = translator.terms
        guard !self.terms.isOverfull else {
            throw ConstraintError(.tooLarge, "A regular expression is too large; write it shorter, or split it.")
        }
        self.start = self.terms.isLive(start) ? AutomatonState(start) : .dead
        let partition = self.partition
        self.freeClasses = kinds.map { kind in
            var classes: Set<Int> = []
            for range in kind.ranges {
                _ = partition.contains(in: range) {
                    classes.insert($0)
                    return false
                }
            }
            return classes.sorted()
        }
    }

    /// The state after one more scalar.
    package func next(_ state: AutomatonState, _ scalar: UInt32) -> AutomatonState {
        self.next(state, by: self.partition.number(of: scalar))
    }

    /// Whether some scalar of a range keeps the text alive.
    package func isLive(_ state: AutomatonState, someIn range: ClosedRange<UInt32>) -> Bool {
        self.partition.contains(in: range) { !self.next(state, by: $0).isDead }
    }

    /// Whether the text may end here.
    package func accepts(_ state: AutomatonState) -> Bool { !state.isDead && self.terms.isNullable(state.index) }

    private func next(_ state: AutomatonState, by number: Int) -> AutomatonState {
        let next = self.terms.derivative(state.index, by: number)
        return self.terms.isLive(next) ? AutomatonState(next) : .dead
    }

    // MARK: - Free text

    /// Runs of free text are looked at so far; hardly a token is longer.
    private static let longestRun = 24

    /// The longest run of a class that is known to stay alive; nil when not even one scalar does.
    package func freeRun(_ state: AutomatonState, of kind: FreeText.Kind) -> FreeText? {
        let classes = self.freeClasses[Int(kind.rawValue)]
        var (current, count) = (state, 0)
        while count < Self.longestRun {
            let followers = Set(classes.map { self.next(current, by: $0) })
            if followers.contains(.dead) {
                return count == 0 ? nil : FreeText(kind, most: count, isExact: followers.count == 1)
            }
            guard followers.count == 1, let next = followers.first else {
                return count == 0 ? nil : FreeText(kind, most: count, isExact: false)
            }
            if next == current { return FreeText(kind) }
            (current, count) = (next, count + 1)
        }
        return FreeText(kind, most: count, isExact: false)
    }
}

extension FreeText.Kind {
    /// The class as a set of scalars.
    fileprivate var set: ScalarSet {
        switch self {
        case .jsonString:
            ScalarSet(
                [.range(0...0x1F), .range(0x22...0x22), .range(0x5C...0x5C), .range(0x7F...0x7F)], isNegated: true)
        case .line:
            ScalarSet([.range(0x0A...0x0A), .range(0x0D...0x0D), .range(0x2028...0x2029)], isNegated: true)
        case .word: .wordCharacters
        }
    }
}
