// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Accepts some texts and nothing else.
package final class ChoiceAutomaton: ByteAutomaton {
    /// What may follow each state; one state for each beginning that texts share.
    private var children: [[UInt8: Int32]] = [[:]]
    private var ends: Set<Int32> = []

    /// Where every text begins.
    package let start = AutomatonState(0)
    /// How many beginnings there are.
    package var stateCount: Int { self.children.count }

    private static let mostStates = 1_000_000

    /// Accepts these texts.
    ///
    /// - Throws: ``ConstraintError`` when there are none, or they are too long together.
    package init(_ texts: [String]) throws {
        guard !texts.isEmpty else {
            throw ConstraintError(.unsatisfiable, "There are no choices; name one or more texts to choose from.")
        }
        for text in texts {
            var state: Int32 = 0
            for byte in text.utf8 { state = self.child(of: state, byte) }
            self.ends.insert(state)
            guard self.children.count <= Self.mostStates else {
                throw ConstraintError(
                    .tooLarge, "The choices are longer than \(Self.mostStates) bytes together; offer fewer.")
            }
        }
    }

    private func child(of state: Int32, _ byte: UInt8) -> Int32 {
        if let known = self.children[Int(state)][byte] { return known }
        let child = Int32(self.children.count)
        self.children.append([:])
        self.children[Int(state)][byte] = child
        return child
    }

    /// The state after one more byte.
    package func next(_ state: AutomatonState, _ byte: UInt8) -> AutomatonState {
        guard !state.isDead else { return state }
        return self.children[Int(state.index)][byte].map { AutomatonState($0) } ?? .dead
    }

    /// Whether a text ends here.
    package func accepts(_ state: AutomatonState) -> Bool { self.ends.contains(state.index) }

    /// Nothing is free.
    package func freeText(_ state: AutomatonState) -> FreeText? { nil }
}
