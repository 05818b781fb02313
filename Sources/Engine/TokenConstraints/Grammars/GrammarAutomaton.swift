// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// The texts of a grammar: all ways of reading a text at once, each with the calls that it will return from.
///
/// Calls are kept as a tree, so that ways that have them in common share them; equal sets of ways are one state.
package final class GrammarAutomaton: ByteAutomaton {
    /// A way of reading: the step that reads the next byte, and the calls around it.
    private struct Way: Hashable, Comparable {
        let step: Int32
        let calls: Int32

        static func < (one: Self, other: Self) -> Bool { (one.step, one.calls) < (other.step, other.calls) }
    }

    /// Equal ones are one state.
    private struct Ways: Hashable {
        var ways: [Way] = []
        /// Whether a way has come to the end.
        var isComplete = false
    }

    /// Where to go on after a call, and the calls around that.
    private struct Call: Hashable {
        let next: Int32
        let outer: Int32
    }

    private let program: GrammarProgram
    private var calls: [Call] = []
    private var callNumbers: [Call: Int32] = [:]
    private var states: [Ways] = []
    private var numbers: [Ways: AutomatonState] = [:]
    private var rows = StateRows()

    /// Where every text begins.
    package private(set) var start = AutomatonState.dead
    /// How many states there are.
    package var stateCount: Int { self.states.count }

    /// Texts that can be read in more ways at a time, or are nested more deeply, are not allowed.
    private static let (mostWays, mostCalls) = (5_000, 1_000_000)

    /// Accepts what a grammar in GBNF derives from its rule `root`.
    ///
    /// - Throws: ``ConstraintError`` that says where the grammar is wrong, or what in it is not supported.
    package init(_ grammar: String) throws {
        let (rules, root) = try GrammarParser.parse(grammar)
        self.program = try GrammarProgram(rules, root: root)
        var ways = Ways()
        var seen: Set<Way> = []
        self.enter(Way(step: self.program.starts[root], calls: -1), &ways, &seen)
        self.start = self.state(ways)
    }

    /// The state after one more byte.
    package func next(_ state: AutomatonState, _ byte: UInt8) -> AutomatonState {
        guard !state.isDead else { return state }
        if let known = self.rows[state, byte] { return known }
        var ways = Ways()
        var seen: Set<Way> = []
        for way in self.states[Int(state.index)].ways {
            if case .byte(let range, let next) = self.program.steps[Int(way.step)], range.contains(byte) {
                self.enter(Way(step: next, calls: way.calls), &ways, &seen)
            }
        }
        let next = self.state(ways)
        self.rows.set(state, byte, to: next)
        return next
    }

    /// Follows a way until it reads a byte.
    private func enter(_ way: Way, _ ways: inout Ways, _ seen: inout Set<Way>) {
        var open = [way]
        while let way = open.popLast() {
            guard self.program.isLive[Int(way.step)], seen.count <= Self.mostWays, seen.insert(way).inserted else {
                continue
            }
            switch self.program.steps[Int(way.step)] {
            case .byte: ways.ways.append(way)
            case .split(let branches): open += branches.map { Way(step: $0, calls: way.calls) }
            case .call(let rule, let next):
                // What only returns needs no call to be kept.
                guard let calls = next == self.program.end ? way.calls : self.number(Call(next: next, outer: way.calls))
                else { continue }
                open.append(Way(step: self.program.starts[rule], calls: calls))
            case .end:
                guard way.calls >= 0 else {
                    ways.isComplete = true
                    continue
                }
                let call = self.calls[Int(way.calls)]
                open.append(Way(step: call.next, calls: call.outer))
            }
        }
    }

    private func number(_ call: Call) -> Int32? {
        if let known = self.callNumbers[call] { return known }
        guard self.calls.count < Self.mostCalls else { return nil }
        self.calls.append(call)
        self.callNumbers[call] = Int32(self.calls.count - 1)
        return Int32(self.calls.count - 1)
    }

    private func state(_ ways: Ways) -> AutomatonState {
        if ways.ways.isEmpty, !ways.isComplete { return .dead }
        var ways = ways
        ways.ways.sort()
        if let known = self.numbers[ways] { return known }
        let state = self.rows.append()
        self.states.append(ways)
        self.numbers[ways] = state
        return state
    }

    /// Whether the text may end here.
    package func accepts(_ state: AutomatonState) -> Bool {
        !state.isDead && self.states[Int(state.index)].isComplete
    }

    /// A class that leads back to the state, if there is one.
    package func freeText(_ state: AutomatonState) -> FreeText? { self.loop(at: state) }
}
