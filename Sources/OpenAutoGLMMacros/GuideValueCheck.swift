// SPDX-License-Identifier: Apache-2.0

internal import SwiftDiagnostics
internal import SwiftSyntax
internal import SwiftSyntaxBuilder

/// Finds guides that no value fits, where literals show it.
struct GuideValueCheck {
    let diagnoser: Diagnoser

    /// Whether a guide can be fulfilled, as far as it is written in literals.
    func accepts(_ guide: ExprSyntax, name: String) -> Bool {
        let value =
            guide.as(RegexLiteralExprSyntax.self).map { ExprSyntax($0) } ?? guide.guideCall?.arguments.first?.expression
        guard let value else { return true }
        switch name {
        case "anyOf": return self.hasChoices(value)
        case "pattern": return self.isCommonPattern(value)
        case "range", "count", "minimumCount", "maximumCount": return self.isPossible(value, isCount: name != "range")
        default: return true
        }
    }

    private func hasChoices(_ value: ExprSyntax) -> Bool {
        guard let array = value.as(ArrayExprSyntax.self), array.elements.isEmpty else { return true }
        self.diagnoser.error("guide-empty", at: value, "no text is one of none; name at least one")
        return false
    }

    private func isPossible(_ value: ExprSyntax, isCount: Bool) -> Bool {
        let parts = value.rangeParts
        let bounds = parts.map(\.literalNumber)
        if isCount, let negative = bounds.compactMap(\.self).first(where: { $0 < 0 }) {
            self.diagnoser.error("guide-negative", at: value, "an array has no \(Int(negative)) elements")
            return false
        }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first > last else { return true }
        let swapped: ExprSyntax = "\(parts[1].trimmed)...\(parts[0].trimmed)"
        self.diagnoser.error(
            "guide-range", at: value, "the range ends before it begins",
            fixIts: [
                FixIt(
                    message: MacroFix(message: "Swap the bounds"),
                    changes: [.replace(oldNode: Syntax(value), newNode: Syntax(swapped))])
            ])
        return false
    }

    /// Whether a regular expression is in the part that Swift and JSON Schema have in common.
    private func isCommonPattern(_ value: ExprSyntax) -> Bool {
        guard let literal = value.as(RegexLiteralExprSyntax.self),
            let problem = RegexProblem.first(in: literal.regex.text)
        else { return true }
        self.diagnoser.error("guide-pattern", at: value, "a guide's pattern can't have \(problem)")
        return false
    }
}

/// What Swift's regular expressions have and a model's grammar does not.
enum RegexProblem {
    private static let groups = [
        ("(?<=", "a look behind"), ("(?<!", "a look behind"), ("(?>", "an atomic group"), ("(?#", "a comment"),
        ("(?i", "options"), ("(?m", "options"), ("(?s", "options"), ("(?x", "options"), ("(?-", "options"),
        ("(?|", "a branch reset"), ("(?(", "a condition"), ("(?R", "recursion"), ("[[:", "a POSIX class"),
    ]
    private static let escapes: [Character: String] = [
        "A": "'\\A'; it matches from the first character anyway", "z": "'\\z'; it matches to the last character anyway",
        "Z": "'\\Z'; it matches to the last character anyway", "G": "'\\G'", "K": "'\\K'", "R": "'\\R'", "X": "'\\X'",
        "Q": "'\\Q'", "h": "'\\h'", "H": "'\\H'", "N": "'\\N'", "k": "a reference to a group",
    ]

    /// The first such part of a pattern, in words.
    static func first(in pattern: String) -> String? {
        var rest = pattern[...]
        var previous: Character?
        while let character = rest.first {
            if character == "\\", let escaped = rest.dropFirst().first {
                if let problem = Self.escapes[escaped] { return problem }
                if ("1"..."9").contains(escaped) { return "a reference to a group" }
                rest = rest.dropFirst(2)
                previous = nil
                continue
            }
            if let group = Self.groups.first(where: { rest.hasPrefix($0.0) }) { return group.1 }
            if character == "+", let previous, "*+?}".contains(previous) { return "a possessive quantifier" }
            previous = character
            rest = rest.dropFirst()
        }
        return nil
    }
}

extension ExprSyntax {
    /// The bounds of `a...b`, whether the compiler has put the operator between them or not; else the expression itself.
    fileprivate var rangeParts: [ExprSyntax] {
        if let infix = self.as(InfixOperatorExprSyntax.self), infix.operator.trimmedDescription == "..." {
            return [infix.leftOperand, infix.rightOperand]
        }
        if let sequence = self.as(SequenceExprSyntax.self) {
            let parts = Array(sequence.elements)
            if parts.count == 3, parts[1].trimmedDescription == "..." { return [parts[0], parts[2]] }
        }
        return [self]
    }

    /// The number that a literal stands for.
    fileprivate var literalNumber: Double? {
        let text = self.trimmedDescription.filter { $0 != "_" }
        return self.is(IntegerLiteralExprSyntax.self) || self.is(FloatLiteralExprSyntax.self)
            || self.is(PrefixOperatorExprSyntax.self) ? Double(text) : nil
    }
}
