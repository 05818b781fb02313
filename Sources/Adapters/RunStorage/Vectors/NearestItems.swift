// SPDX-License-Identifier: Apache-2.0

/// The items with the highest scores of all that are added, in few comparisons each.
struct NearestItems {
    private let count: Int
    /// Rows with their scores, the highest first.
    private(set) var items: [(number: Int64, score: Float)] = []

    init(count: Int) { self.count = max(0, count) }

    /// Takes an item in, if it is among the best.
    mutating func add(_ number: Int64, score: Float) {
        guard self.items.count < self.count || score > self.items.last?.score ?? .infinity else { return }
        var place = self.items.count
        while place > 0, self.items[place - 1].score < score { place -= 1 }
        self.items.insert((number, score), at: place)
        if self.items.count > self.count { self.items.removeLast() }
    }
}
