// SPDX-License-Identifier: Apache-2.0

/// A state of an automaton: a number that only that automaton understands.
package struct AutomatonState: Hashable, Sendable {
    /// The number; the states that an automaton meets are counted from 0.
    package let index: Int32

    /// The state with a number.
    package init(_ index: Int32) { self.index = index }

    /// Where no continuation could ever be accepted.
    package static let dead = Self(-1)

    /// Whether this is ``dead``.
    package var isDead: Bool { self.index < 0 }
}
