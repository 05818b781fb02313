// SPDX-License-Identifier: Apache-2.0

/// Makes terms in their simplest form.
extension PatternTerms {
    /// One scalar of a set of classes.
    mutating func set(_ classes: [Bool]) -> ID {
        guard classes.contains(true) else { return Self.nothing }
        return self.number(
            of: .set(self.number(of: classes)), Facts(isNullable: false, isPlain: true, depth: 1))
    }

    /// Any one scalar.
    mutating func anyScalar() -> ID { self.set([Bool](repeating: true, count: self.classCount)) }

    /// One term, then another.
    mutating func sequence(_ first: ID, _ second: ID) -> ID {
        // Sequences are kept in one form, a part and the rest.
        var heads: [ID] = []
        var last = first
        while case .sequence(let head, let tail) = self.terms[Int(last)] {
            heads.append(head)
            last = tail
        }
        var result = self.prepend(last, to: second)
        for head in heads.reversed() { result = self.prepend(head, to: result) }
        return result
    }

    private mutating func prepend(_ first: ID, to second: ID) -> ID {
        if first == Self.nothing || second == Self.nothing { return Self.nothing }
        if first == Self.empty { return second }
        if second == Self.empty { return first }
        if second == Self.all, self.isNullable(first) { return Self.all }
        let (one, other) = (self.facts[Int(first)], self.facts[Int(second)])
        return self.number(
            of: .sequence(first, second),
            Facts(
                isNullable: one.isNullable && other.isNullable, isPlain: one.isPlain && other.isPlain,
                depth: 1 + max(one.depth, one.isNullable ? other.depth : 0)))
    }

    /// What matches one term or the other.
    mutating func union(_ one: ID, _ other: ID) -> ID { self.union([one, other]) }

    /// What matches any of some terms.
    mutating func union(_ terms: [ID]) -> ID {
        var parts: Set<ID> = []
        for term in terms where term != Self.nothing {
            if case .union(let inner) = self.terms[Int(term)] { parts.formUnion(inner) } else { parts.insert(term) }
        }
        if parts.contains(Self.all) || self.hasOpposites(parts) { return Self.all }
        if parts.contains(Self.empty), parts.contains(where: { $0 != Self.empty && self.isNullable($0) }) {
            parts.remove(Self.empty)
        }
        self.mergeSets(in: &parts) { $0 || $1 }
        guard let first = parts.first else { return Self.nothing }
        if parts.count == 1 { return first }
        let sorted = parts.sorted()
        let facts = self.facts(of: sorted, isPlain: true) { $0.contains(true) }
        return self.number(of: .union(sorted), facts)
    }

    /// What matches both terms.
    mutating func intersection(_ one: ID, _ other: ID) -> ID { self.intersection([one, other]) }

    /// What matches all of some terms.
    mutating func intersection(_ terms: [ID]) -> ID {
        var parts: Set<ID> = []
        for term in terms where term != Self.all {
            if case .intersection(let inner) = self.terms[Int(term)] {
                parts.formUnion(inner)
            } else {
                parts.insert(term)
            }
        }
        if parts.contains(Self.nothing) || self.hasOpposites(parts) { return Self.nothing }
        if parts.contains(Self.empty) {
            return parts.allSatisfy { self.isNullable($0) } ? Self.empty : Self.nothing
        }
        self.mergeSets(in: &parts) { $0 && $1 }
        if parts.contains(Self.nothing) { return Self.nothing }
        guard let first = parts.first else { return Self.all }
        if parts.count == 1 { return first }
        let sorted = parts.sorted()
        let facts = self.facts(of: sorted, isPlain: false) { !$0.contains(false) }
        return self.number(of: .intersection(sorted), facts)
    }

    /// What does not match a term.
    mutating func complement(_ term: ID) -> ID {
        switch self.terms[Int(term)] {
        case .nothing: return Self.all
        case .all: return Self.nothing
        case .complement(let inner): return inner
        default:
            let facts = self.facts[Int(term)]
            return self.number(
                of: .complement(term), Facts(isNullable: !facts.isNullable, isPlain: false, depth: facts.depth + 1))
        }
    }

    /// A term several times.
    mutating func repetition(_ term: ID, least: Int, most: Int?) -> ID {
        if most == 0 || term == Self.empty { return Self.empty }
        if term == Self.nothing { return least == 0 ? Self.empty : Self.nothing }
        if least == 1, most == 1 { return term }
        let facts = self.facts[Int(term)]
        let least = facts.isNullable ? 0 : least
        if term == Self.all { return term }
        if least == 0, most == nil, case .set(let set) = self.terms[Int(term)], !self.sets[Int(set)].contains(false) {
            return Self.all
        }
        if case .repetition(_, least: 0, most: nil) = self.terms[Int(term)] { return term }
        return self.number(
            of: .repetition(term, least: Int32(clamping: least), most: most.map { Int32(clamping: $0) }),
            Facts(isNullable: least == 0, isPlain: facts.isPlain, depth: facts.depth + 2))
    }

    private func hasOpposites(_ parts: Set<ID>) -> Bool {
        parts.contains { part in
            if case .complement(let inner) = self.terms[Int(part)] { return parts.contains(inner) }
            return false
        }
    }

    private mutating func mergeSets(in parts: inout Set<ID>, _ merge: (Bool, Bool) -> Bool) {
        var merged: [Bool]?
        var count = 0
        for part in parts {
            guard case .set(let set) = self.terms[Int(part)] else { continue }
            let classes = self.sets[Int(set)]
            merged = merged.map { zip($0, classes).map { merge($0, $1) } } ?? classes
            count += 1
        }
        guard count > 1, let merged else { return }
        parts = parts.filter { if case .set = self.terms[Int($0)] { false } else { true } }
        parts.insert(self.set(merged))
    }

    private func facts(of parts: [ID], isPlain: Bool, isNullable: ([Bool]) -> Bool) -> Facts {
        let all = parts.map { self.facts[Int($0)] }
        return Facts(
            isNullable: isNullable(all.map(\.isNullable)), isPlain: isPlain && all.allSatisfy(\.isPlain),
            depth: 1 + (all.map(\.depth).max() ?? 0))
    }
}
