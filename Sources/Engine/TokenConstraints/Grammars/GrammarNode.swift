// SPDX-License-Identifier: Apache-2.0

/// The syntax of a grammar's rule.
indirect enum GrammarNode {
    /// A text.
    case literal(String)
    /// One scalar of a set.
    case scalar(ScalarRanges)
    /// What a rule describes, by its number.
    case rule(Int)
    /// One part after the other.
    case sequence([GrammarNode])
    /// One of several.
    case choice([GrammarNode])
    /// A part several times; without a `most`, any number of them.
    case repetition(GrammarNode, least: Int, most: Int?)
}

/// A rule of a grammar.
struct GrammarRule {
    let name: String
    /// Where it is defined, or else where it is first used.
    var place: GrammarPlace
    /// What it describes; nil until it is defined.
    var body: GrammarNode?
}

/// A place in a grammar's text.
struct GrammarPlace: CustomStringConvertible {
    /// From 1.
    let line: Int
    /// From 1, in characters.
    let column: Int

    var description: String { "line \(self.line), column \(self.column)" }
}
