// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Measures an automaton once, for all copies of it.
final class MeasuredLengths: Sendable {
    private let known = Mutex<StringLengths?>(nil)

    /// The lengths of the automaton that this belongs to.
    func lengths(of automaton: ScalarAutomaton) -> StringLengths {
        self.known.withLock { known in
            let lengths = known ?? StringLengths(automaton)
            known = lengths
            return lengths
        }
    }
}
