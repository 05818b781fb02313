// SPDX-License-Identifier: Apache-2.0

extension PatternTerms {
    /// What must follow after a scalar of a class.
    mutating func derivative(_ term: ID, by number: Int) -> ID {
        let row = self.derivatives[Int(term)]
        if !row.isEmpty, row[number] >= 0 { return row[number] }
        let derivative = self.derive(term, by: number)
        // What was cut off somewhere inside could be anything; without it, nothing matches.
        if self.isOverfull { return Self.nothing }
        if self.derivatives[Int(term)].isEmpty {
            self.derivatives[Int(term)] = [ID](repeating: -1, count: self.classCount)
        }
        self.derivatives[Int(term)][number] = derivative
        return derivative
    }

    private mutating func derive(_ term: ID, by number: Int) -> ID {
        switch self.terms[Int(term)] {
        case .nothing, .empty: return Self.nothing
        case .all: return Self.all
        case .set(let set): return self.sets[Int(set)][number] ? Self.empty : Self.nothing
        case .sequence(let first, let second):
            let head = self.derivative(first, by: number)
            let longer = self.sequence(head, second)
            return self.isNullable(first) ? self.union(longer, self.derivative(second, by: number)) : longer
        case .union(let parts): return self.union(parts.map { self.derivative($0, by: number) })
        case .intersection(let parts):
            var derived: [ID] = []
            for part in parts {
                derived.append(self.derivative(part, by: number))
                if derived.last == Self.nothing { return Self.nothing }
            }
            return self.intersection(derived)
        case .complement(let inner): return self.complement(self.derivative(inner, by: number))
        case .repetition(let body, let least, let most):
            let head = self.derivative(body, by: number)
            if head == Self.nothing { return head }
            return self.sequence(
                head, self.repetition(body, least: max(0, Int(least) - 1), most: most.map { Int($0) - 1 }))
        case .variable(let index): return self.derivative(self.definitions[Int(index)], by: number)
        }
    }

    // MARK: - Liveness

    /// Terms that are looked at before a search gives up; the term is taken for dead then.
    private static let longestSearch = 20_000

    /// Whether any text at all matches a term.
    mutating func isLive(_ term: ID) -> Bool {
        if let known = self.knownLiveness(term) { return known }
        var path: [(term: ID, next: Int)] = [(term, 0)]
        var seen: Set<ID> = [term]
        while let (current, number) = path.last, seen.count <= Self.longestSearch {
            guard number < self.classCount else {
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            let derivative = self.derivative(current, by: number)
            guard seen.insert(derivative).inserted else { continue }
            switch self.knownLiveness(derivative) {
            case true?:
                for step in path { self.liveness[step.term] = true }
                return true
            case false?: continue
            case nil: path.append((derivative, 0))
            }
        }
        // What the search saw leads nowhere, or too far away to be of use.
        for term in seen where self.liveness[term] == nil { self.liveness[term] = false }
        return false
    }

    private func knownLiveness(_ term: ID) -> Bool? {
        let facts = self.facts[Int(term)]
        if facts.isNullable { return true }
        return facts.isPlain ? term != Self.nothing : self.liveness[term]
    }
}
