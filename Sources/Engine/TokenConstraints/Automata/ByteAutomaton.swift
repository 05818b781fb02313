// SPDX-License-Identifier: Apache-2.0

/// A deterministic automaton over the bytes of UTF-8 text, whose states are made as they are met.
///
/// States are exact about life: whatever is not ``AutomatonState/dead`` can be completed to an accepted text. One
/// thread at a time may use an automaton, because asking for a state may make it.
package protocol ByteAutomaton: AnyObject {
    /// Where every text begins; dead when no text is accepted.
    var start: AutomatonState { get }

    /// How many states were made so far; who keeps an automaton lets go of it when it has grown too large.
    var stateCount: Int { get }

    /// The state after one more byte; asking again is cheap.
    ///
    /// - Returns: ``AutomatonState/dead`` when no completion exists, as always after a dead state.
    func next(_ state: AutomatonState, _ byte: UInt8) -> AutomatonState

    /// Whether the text may end here; never in a dead state.
    func accepts(_ state: AutomatonState) -> Bool

    /// What is known to be allowed from here without looking at each token; nil when nothing is.
    func freeText(_ state: AutomatonState) -> FreeText?
}

extension ByteAutomaton {
    /// The state after more bytes.
    package func next(_ state: AutomatonState, _ bytes: some Sequence<UInt8>) -> AutomatonState {
        var state = state
        for byte in bytes where !state.isDead { state = self.next(state, byte) }
        return state
    }
}
