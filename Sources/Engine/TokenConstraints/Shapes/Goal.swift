// SPDX-License-Identifier: Apache-2.0

/// What may stand where a value is expected: alternatives by the type of the value.
final class Goal {
    var hasNull = false
    var hasFalse = false
    var hasTrue = false
    var strings: [StringRule] = []
    var numbers: [NumberMachine] = []
    var arrays: [ArrayShape] = []
    var objects: [ObjectShape] = []
    /// How many levels of arrays and objects the shallowest value has; `Int.max` if no value fits.
    var depth = Int.max
    /// The number of this goal among all.
    var number: Int32 = 0
    /// The number of its first string among all strings.
    var firstString: Int32 = 0
    /// The number of its first number among all numbers.
    var firstNumber: Int32 = 0

    /// Whether no value fits.
    var isDead: Bool { self.depth == .max }

    /// Whether a value without structure fits.
    var hasScalar: Bool {
        self.hasNull || self.hasFalse || self.hasTrue || !self.strings.isEmpty || !self.numbers.isEmpty
    }
}

/// What an array may hold.
final class ArrayShape {
    /// What the items at one place must be.
    struct Item {
        var goal: Goal
        /// The same for an item that counts for `contains`; nil where nothing is counted.
        var counted: Goal?
    }

    let first: [Item]
    let rest: Item
    let least: Int
    /// The most items; nil where there is no bound.
    private(set) var most: Int?
    /// How many items must count.
    let leastCounted: Int
    /// How many items may count; nil where there is no bound.
    let mostCounted: Int?
    /// The number of this shape among all arrays.
    var number: Int32 = 0

    init(first: [Item], rest: Item, least: Int, most: Int?, leastCounted: Int = 0, mostCounted: Int? = nil) {
        self.first = first
        self.rest = rest
        self.least = least
        self.most = most
        self.leastCounted = leastCounted
        self.mostCounted = mostCounted
    }

    /// The item at a place.
    func item(_ index: Int) -> Item { index < self.first.count ? self.first[index] : self.rest }

    /// From which count on all places are alike.
    var horizon: Int { max(self.least, self.first.count) }

    /// How deep the shallowest array is, as far as known; `Int.max` if there is none yet.
    var depth: Int {
        guard self.most.map({ self.least <= $0 }) ?? true, self.leastCounted <= self.mostCounted ?? .max else {
            return .max
        }
        guard self.most.map({ self.leastCounted <= $0 }) ?? true else { return .max }
        var deepest = 0
        for index in 0..<min(self.least, self.first.count + 1) { deepest = max(deepest, self.item(index).goal.depth) }
        if self.leastCounted > 0 { deepest = max(deepest, self.rest.counted?.depth ?? .max) }
        return deepest == .max ? .max : deepest + 1
    }

    /// Ends arrays before the first place that nothing can fill; to be called when the depths of all goals are known.
    func close() {
        guard
            let index = (0...self.first.count).first(where: {
                self.item($0).goal.isDead && self.item($0).counted?.isDead ?? true
            })
        else { return }
        self.most = min(self.most ?? index, index)
    }
}
