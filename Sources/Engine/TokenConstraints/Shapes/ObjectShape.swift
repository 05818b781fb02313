// SPDX-License-Identifier: Apache-2.0

/// What an object may hold.
final class ObjectShape {
    /// Members whose names are not declared, but match the same patterns.
    struct Others {
        /// Accepts the names; where it accepts everything, declared names are meant to be left out.
        let names: ScalarAutomaton
        let goal: Goal
    }

    /// The declared names, in the order of their scalars.
    let names: [String]
    /// What the members must be, in the order of their names.
    let goals: [Goal]
    let required: NameSet
    /// Which names a name demands.
    let dependents: [(name: Int, names: NameSet)]
    private(set) var others: [Others]
    let least: Int
    let most: Int?
    /// The number of this shape among all objects.
    var number: Int32 = 0
    private(set) lazy var keys = KeyTrie(self.names)

    init(
        names: [String], goals: [Goal], required: NameSet, dependents: [(name: Int, names: NameSet)], others: [Others],
        least: Int, most: Int?
    ) {
        self.names = names
        self.goals = goals
        self.required = required
        self.dependents = dependents
        self.others = others
        self.least = least
        self.most = most
    }

    /// A set with all names that a set demands, and those it has.
    func closure(_ names: NameSet) -> NameSet {
        guard !self.dependents.isEmpty else { return names }
        var closed = names
        var isGrowing = true
        while isGrowing {
            let before = closed
            for (name, demanded) in self.dependents where closed.contains(name) { closed.formUnion(demanded) }
            isGrowing = closed != before
        }
        return closed
    }

    /// How deep the shallowest object is, as far as known; `Int.max` if there is none yet.
    var depth: Int {
        let needed = self.closure(self.required)
        guard needed.count <= self.most ?? .max, self.least <= self.most ?? .max else { return .max }
        var depths = self.names.indices.filter(needed.contains).map { self.goals[$0].depth }
        // The fewest members are completed by the shallowest ones.
        var missing = self.least - depths.count
        if missing > 0 {
            let free = self.names.indices.filter { !needed.contains($0) && self.canJoin($0, needed) }.map {
                self.goals[$0].depth
            }.sorted()
            depths += free.prefix(missing)
            missing -= free.count
            if missing > 0 { depths.append(self.others.map(\.goal.depth).min() ?? .max) }
        }
        let deepest = depths.max() ?? 0
        return deepest == .max ? .max : deepest + 1
    }

    /// Whether an optional name leads to no name that cannot be.
    private func canJoin(_ name: Int, _ needed: NameSet) -> Bool {
        guard !self.dependents.isEmpty else { return true }
        var joined = needed
        joined.insert(name)
        joined = self.closure(joined)
        return !self.names.indices.contains { joined.contains($0) && self.goals[$0].isDead }
    }

    /// Drops names that nothing can follow; to be called when the depths of all goals are known.
    func close() { self.others.removeAll { $0.goal.isDead } }
}
