// SPDX-License-Identifier: Apache-2.0

/// The transitions of an automaton that are known so far, a row of 256 for each state.
package struct StateRows {
    private var rows: [[Int32]] = []
    private static let unknown: Int32 = -2
    private static let emptyRow = [Int32](repeating: unknown, count: 256)

    /// No states.
    package init() {}

    /// How many states there are.
    package var count: Int { self.rows.count }

    /// Makes a state whose transitions are not known; a row takes memory only once one of them is.
    package mutating func append() -> AutomatonState {
        self.rows.append(Self.emptyRow)
        return AutomatonState(Int32(self.rows.count - 1))
    }

    /// A known transition; nil for one that is not.
    @inline(__always)
    package subscript(state: AutomatonState, byte: UInt8) -> AutomatonState? {
        let next = self.rows[Int(state.index)][Int(byte)]
        return next == Self.unknown ? nil : AutomatonState(next)
    }

    /// Takes note of a transition.
    package mutating func set(_ state: AutomatonState, _ byte: UInt8, to next: AutomatonState) {
        self.rows[Int(state.index)][Int(byte)] = next.index
    }
}
