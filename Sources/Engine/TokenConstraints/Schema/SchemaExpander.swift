// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore
internal import OrderedCollections

/// Turns schemas that must all hold into alternatives without choices, each a list of facts.
final class SchemaExpander {
    let table: SchemaTable
    /// Keywords under `not` or `oneOf` whose failures are left out, with their places.
    private(set) var narrowed: Set<String> = []
    private var known: [SchemaTerm: Demands] = [:]
    private var expanded: [[SchemaTerm]: [Facts]] = [:]
    private var open: Set<[SchemaTerm]> = []
    private var steps = 0
    let strings = StringRules()

    private static let maximumSteps = 60_000
    private static let maximumAlternatives = 400

    init(_ table: SchemaTable) { self.table = table }

    /// A way through the choices, as far as it was followed.
    private struct Way {
        var facts = Facts()
        var waiting: [SchemaTerm]
        var choices: [[Demands]] = []
        var seen: Set<SchemaTerm> = []
    }

    /// The alternatives of schemas that must all hold; none if no value can fit.
    ///
    /// - Throws: ``ConstraintError`` that names a keyword that cannot be enforced, or with code `.tooLarge`.
    func alternatives(_ terms: [SchemaTerm]) throws -> [Facts] {
        if let known = self.expanded[terms] { return known }
        self.open.insert(terms)
        defer { self.open.remove(terms) }
        var found = [Facts]()
        try self.follow(Way(waiting: terms), into: &found)
        self.expanded[terms] = found
        return found
    }

    /// Whether the alternatives of schemas are being looked for.
    func isOpen(_ terms: [SchemaTerm]) -> Bool { self.open.contains(terms) }

    /// Whether a schema demands nothing.
    func isTrivial(_ term: SchemaTerm) throws -> Bool { try !term.isNegated && self.demands(term).isTrivial }

    private func follow(_ way: Way, into found: inout [Facts]) throws {
        self.steps += 1
        guard self.steps <= Self.maximumSteps, found.count <= Self.maximumAlternatives else {
            let pointer = way.seen.min().map { self.table.entries[$0.schema].pointer } ?? ""
            throw ConstraintError(
                .tooLarge,
                "At \(SchemaTable.shown(pointer)): the combinations of `anyOf`, `oneOf`, `not` and the like are too many; make the schema simpler."
            )
        }
        var way = way
        while let term = way.waiting.popLast() {
            guard way.seen.insert(term).inserted else { continue }
            if way.seen.contains(term.negated) { return }
            let demands = try self.demands(term)
            way.facts.merge(demands.facts)
            way.waiting += demands.terms
            way.choices += demands.choices
            if way.facts.isImpossible { return }
        }
        guard let choice = way.choices.popLast() else {
            found.append(way.facts)
            return
        }
        for option in choice {
            var next = way
            next.facts.merge(option.facts)
            next.waiting = option.terms
            next.choices += option.choices
            if !next.facts.isImpossible { try self.follow(next, into: &found) }
        }
    }

    private func demands(_ term: SchemaTerm) throws -> Demands {
        if let known = self.known[term] { return known }
        let demands = try self.read(term)
        self.known[term] = demands
        return demands
    }

    private func read(_ term: SchemaTerm) throws -> Demands {
        let entry = self.table.entries[term.schema]
        switch entry.value {
        case .bool(let isAllowed):
            var demands = Demands(types: isAllowed != term.isNegated ? .all : [])
            demands.isTrivial = isAllowed != term.isNegated
            return demands
        case .object(let members):
            let reader = SchemaReader(table: self.table, pointer: entry.pointer, members: members)
            if term.isNegated { return try self.negation(reader) }
            var demands = try reader.demands()
            let isAlone = members["$ref"] != nil && self.table.draft.ignoresSiblingsOfReferences
            if !isAlone, let branches = try reader.children("oneOf") {
                demands.choices.append(try self.exclusive(branches))
            }
            return demands
        default:
            throw ConstraintError(
                .malformed, "At \(SchemaTable.shown(entry.pointer)): a schema must be an object, true or false.")
        }
    }

    private func negation(_ reader: SchemaReader) throws -> Demands {
        let (ways, omitted) = try reader.negations()
        if let keyword = omitted.first, ways.isEmpty {
            throw reader.unsupported(keyword, "its failure is asked for by `not` or `oneOf`")
        }
        for keyword in omitted { self.narrowed.insert("`\(keyword)` at \(SchemaTable.shown(reader.pointer))") }
        var demands = Demands()
        demands.choices = [ways]
        return demands
    }

    /// The choice of exactly one branch: each excludes those others that are not apart from it anyway.
    private func exclusive(_ branches: [SchemaTerm]) throws -> [Demands] {
        var isApart = [[Bool]](repeating: [Bool](repeating: false, count: branches.count), count: branches.count)
        for first in branches.indices {
            for second in branches.indices where second > first {
                let apart = try self.areDisjoint([branches[first]], [branches[second]])
                isApart[first][second] = apart
                isApart[second][first] = apart
            }
        }
        return try branches.indices.flatMap { index in
            let others = branches.indices.filter { $0 != index && !isApart[index][$0] }
            return try self.ways(branches[index], failing: others.map { branches[$0] })
        }
    }

    /// Whether no value can fit both; false where that is not plain.
    func areDisjoint(_ left: [SchemaTerm], _ right: [SchemaTerm], depth: Int = 0) throws -> Bool {
        guard depth < 4, !self.isOpen(left), !self.isOpen(right) else { return false }
        let lefts = try self.alternatives(left)
        let rights = try self.alternatives(right)
        guard lefts.count * rights.count <= 256 else { return false }
        for first in lefts {
            for second in rights {
                self.steps += 1
                guard try self.clash(first, second, depth: depth) else { return false }
            }
        }
        return true
    }
}
