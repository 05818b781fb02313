// SPDX-License-Identifier: Apache-2.0

/// The transitions of an automaton that are known so far; a state's row of 256 is made when it knows the first.
package struct StateRows {
    private var rows: [[Int32]] = []
    private static let unknown: Int32 = -2
    private static let emptyRow = [Int32](repeating: unknown, count: 256)

    /// No states.
    package init() {}

    /// How many states there are.
    package var count: Int { self.rows.count }

    /// Makes a state whose transitions are not known.
    package mutating func append() -> AutomatonState {
        self.rows.append([])
        return AutomatonState(Int32(self.rows.count - 1))
    }

    /// A known transition; nil for one that is not.
    @inline(__always)
    package subscript(state: AutomatonState, byte: UInt8) -> AutomatonState? {
        let row = self.rows[Int(state.index)]
        guard !row.isEmpty, row[Int(byte)] != Self.unknown else { return nil }
        return AutomatonState(row[Int(byte)])
    }

    /// Takes note of a transition.
    package mutating func set(_ state: AutomatonState, _ byte: UInt8, to next: AutomatonState) {
        if self.rows[Int(state.index)].isEmpty { self.rows[Int(state.index)] = Self.emptyRow }
        self.rows[Int(state.index)][Int(byte)] = next.index
    }
}
