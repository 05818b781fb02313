// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

extension ScalarAutomaton {
    /// Accepts the texts in which a pattern of ECMA-262 is found anywhere.
    ///
    /// - Throws: ``ConstraintError`` with code `.malformed`, `.unsupported` (look-ahead other than right after `^`,
    ///   back-references) or `.tooLarge`.
    init(finding pattern: String) throws {
        do {
            var parser = PatternParser(pattern)
            self = try Self.finding(try parser.parse())
        } catch let error as PatternError {
            throw ConstraintError(
                error.isUnsupported ? .unsupported : .malformed,
                "the pattern \(pattern.debugDescription) cannot be used: \(error.problem)")
        } catch let error as ConstraintError {
            throw ConstraintError(error.code, "the pattern \(pattern.debugDescription) cannot be used", cause: error)
        }
    }

    private static func finding(_ tree: PatternTree) throws -> Self {
        guard Self.looksAhead(tree) else {
            var compiler = PatternCompiler()
            return try PatternDeterminizer(try compiler.compile(tree)).automaton()
        }
        switch tree {
        case .choice(let branches):
            return try branches.dropFirst().reduce(try Self.finding(branches[0])) { try $0.union(try Self.finding($1)) }
        case .sequence(let parts): return try Self.finding(sequence: parts)
        default: throw Self.looksElsewhere
        }
    }

    /// Finds a sequence whose look-aheads all come right after the start of the text: each is a condition of its own.
    private static func finding(sequence parts: [PatternTree]) throws -> Self {
        let flat = parts.flatMap { part in if case .sequence(let inner) = part { inner } else { [part] } }
        let start = flat.prefix { if case .textStart = $0 { true } else { false } }
        guard !start.isEmpty else { throw Self.looksElsewhere }
        var conditions = [Self]()
        var rest = flat[start.endIndex...]
        while case .lookAhead(let body, let isNegated)? = rest.first {
            let found = try Self.finding(.sequence([.textStart, body]))
            conditions.append(isNegated ? try found.complement() : found)
            rest = rest.dropFirst()
        }
        let body = PatternTree.sequence([.textStart] + rest)
        guard !conditions.isEmpty || !Self.looksAhead(body) else { throw Self.looksElsewhere }
        return try conditions.reduce(try Self.finding(body)) { try $0.intersection($1) }
    }

    private static func looksAhead(_ tree: PatternTree) -> Bool {
        switch tree {
        case .lookAhead: true
        case .sequence(let parts), .choice(let parts): parts.contains(where: Self.looksAhead)
        case .repetition(let body, _, _): Self.looksAhead(body)
        default: false
        }
    }

    private static var looksElsewhere: PatternError {
        PatternError(problem: "it looks ahead elsewhere than right after '^'", isUnsupported: true)
    }
}
