// SPDX-License-Identifier: Apache-2.0

/// The syntax of a pattern.
package indirect enum PatternTree: Sendable {
    /// Nothing, which always matches.
    case empty
    /// One scalar of a set.
    case scalar(ScalarSet)
    /// One part after the other.
    case sequence([PatternTree])
    /// One of several.
    case choice([PatternTree])
    /// A part several times; without a `most`, any number of them.
    case repetition(PatternTree, least: Int, most: Int?)
    /// The text's beginning.
    case textStart
    /// The text's end.
    case textEnd
    /// A place where a word begins or ends, or, with false, one where none does.
    case wordBoundary(Bool)
    /// A place from which a part matches, or, negated, does not.
    case lookAhead(PatternTree, isNegated: Bool)
}
