// SPDX-License-Identifier: Apache-2.0

/// How far a key was read.
struct KeyPlace: Hashable {
    /// The beginning of declared names that it is; ``KeyTrie/none`` if of none.
    var declared: Int32
    /// The state of each group of other names; dead if it is none of them.
    var others: [Int32]

    /// The empty key.
    init(_ shape: ObjectShape) {
        self.declared = 0
        self.others = shape.others.map(\.names.start)
    }

    /// The key with one more character.
    func next(_ scalar: UInt32, _ shape: ObjectShape) -> Self {
        var next = self
        next.declared = shape.keys.next(self.declared, scalar)
        for (index, group) in shape.others.enumerated() where self.others[index] != ScalarAutomaton.dead {
            next.others[index] = group.names.next(self.others[index], scalar)
        }
        return next
    }

    /// Whether an allowed name begins so.
    func isLive(_ shape: ObjectShape, _ outlook: ObjectOutlook) -> Bool {
        if self.declared >= 0, outlook.allows(anyOf: shape.keys.nodes[Int(self.declared)].names) { return true }
        return self.others.indices.contains { self.others[$0] != ScalarAutomaton.dead && outlook.others[$0] }
    }

    /// Whether an allowed name goes on with a scalar of some ranges.
    func canTake(_ ranges: [ClosedRange<UInt32>], _ shape: ObjectShape, _ outlook: ObjectOutlook) -> Bool {
        if self.declared >= 0 {
            for child in shape.keys.nodes[Int(self.declared)].children
            where ranges.contains(where: { $0.contains(child.scalar) }) {
                if outlook.allows(anyOf: shape.keys.nodes[Int(child.node)].names) { return true }
            }
        }
        for (index, group) in shape.others.enumerated()
        where self.others[index] != ScalarAutomaton.dead && outlook.others[index] {
            for range in ranges where group.names.successors(self.others[index], range).contains(where: { _ in true }) {
                return true
            }
        }
        return false
    }

    /// The group of other names to which the complete key belongs; nil if it is declared, or not allowed.
    func group(_ shape: ObjectShape, _ outlook: ObjectOutlook) -> Int? {
        self.others.indices.first { index in
            self.others[index] != ScalarAutomaton.dead && outlook.others[index]
                && shape.others[index].names.accepting[Int(self.others[index])]
        }
    }

    /// Whether any further characters whatever keep the key alive.
    func isFree(_ shape: ObjectShape, _ outlook: ObjectOutlook) -> Bool {
        self.others.indices.contains { index in
            self.others[index] != ScalarAutomaton.dead && outlook.others[index]
                && shape.others[index].names.universal[Int(self.others[index])]
        }
    }
}

/// Numbers what was met: equal things have one number.
struct Numbering<Thing: Hashable> {
    private(set) var things: [Thing] = []
    private var numbers: [Thing: Int32] = [:]

    init() {}

    /// The thing with a number.
    subscript(_ number: Int32) -> Thing { self.things[Int(number)] }

    /// The number of a thing.
    mutating func number(_ thing: Thing) -> Int32 {
        if let known = self.numbers[thing] { return known }
        let number = Int32(self.things.count)
        self.things.append(thing)
        self.numbers[thing] = number
        return number
    }
}
