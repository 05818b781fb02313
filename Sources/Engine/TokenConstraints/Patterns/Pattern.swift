// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

/// Texts described by regular expressions, lengths, and what they have in common.
package indirect enum Pattern: Sendable {
    /// Texts in which an expression (ECMA-262, Unicode mode) matches somewhere, as JSON Schema's `pattern` wants it.
    case matching(String)
    /// Texts that an expression matches from the first character to the last.
    case whole(String)
    /// One text.
    case literal(String)
    /// Texts of so many scalars; without `most`, of any number from `least` on.
    case length(least: Int, most: Int?)
    /// Texts that all of the patterns describe; without patterns, any text.
    case all([Pattern])
    /// Texts that one of the patterns describes; without patterns, none.
    case any([Pattern])
    /// Texts that a pattern does not describe.
    case not(Pattern)
}

extension Pattern {
    /// The syntax of all expressions, in order.
    func parse(into trees: inout [PatternTree]) throws {
        switch self {
        case .matching(let source), .whole(let source): trees.append(try Self.tree(source))
        case .literal(let text):
            trees.append(.sequence(text.unicodeScalars.map { .scalar(ScalarSet([.range($0.value...$0.value)])) }))
        case .length: break
        case .all(let parts), .any(let parts): for part in parts { try part.parse(into: &trees) }
        case .not(let part): try part.parse(into: &trees)
        }
    }

    private static func tree(_ source: String) throws -> PatternTree {
        do {
            var parser = PatternParser(source)
            return try parser.parse()
        } catch let error as PatternError {
            throw ConstraintError(
                error.isUnsupported ? .unsupported : .malformed,
                "The regular expression '\(source)' cannot be used: \(error.problem).")
        }
    }
}
