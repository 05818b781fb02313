// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Tokens that may be chosen, and the filters that drop some of them; keeps its memory from token to token.
struct CandidateList {
    /// A token that may be chosen.
    struct Candidate {
        let token: Int32
        /// The logit less the largest one of the vocabulary; 0 or less.
        let score: Float
        /// What the share is taken of: `exp(score)`, in a draw that over the temperature.
        var weight: Float
        /// A filter's order: higher ones are kept first.
        var rank: Float

        /// Whether a filter keeps this one rather than the other; of equals it keeps the lower number.
        func precedes(_ other: Self) -> Bool {
            self.rank != other.rank ? self.rank > other.rank : self.token < other.token
        }
    }

    private(set) var items: [Candidate] = []

    /// The sum of the weights.
    var total: Double { self.items.reduce(0) { $0 + Double($1.weight) } }

    /// The entropy of the shares, in nats.
    func entropy(total: Double) -> Double {
        log(total) - self.items.reduce(0) { $0 + Double($1.score * $1.weight) } / total
    }

    /// Takes the tokens that are at most `depth` below the largest logit.
    mutating func collect(
        _ logits: UnsafeMutableBufferPointer<Float>, maximum: Float, depth: Float, scan: LogitScan
    ) {
        self.items.removeAll(keepingCapacity: true)
        // What is infinitely unlikely is no candidate.
        let floor = max(maximum + depth, -Float.greatestFiniteMagnitude)
        scan.visit(logits, from: floor) { token, logit in
            let score = logit - maximum
            self.items.append(Candidate(token: Int32(token), score: score, weight: expf(score), rank: score))
            return floor
        }
    }

    // MARK: - Filters

    /// Keeps the most likely ones.
    mutating func keepMostLikely(_ count: Int) {
        if count < self.items.count { self.keep(reaching: Double(count)) { _ in 1 } }
    }

    /// Keeps the fewest that reach a weight, the most likely first.
    ///
    /// - Returns: Whether they reach it.
    mutating func keepNucleus(_ weight: Double) -> Bool {
        for index in self.items.indices { self.items[index].rank = self.items[index].score }
        return self.keep(reaching: weight) { Double($0.weight) }
    }

    /// Keeps the fewest that reach a share, those first whose surprise is nearest to the entropy.
    ///
    /// - Parameters:
    ///   - share: The share of `total` to reach.
    ///   - total: The weight of the whole distribution.
    ///   - entropy: Its entropy, in nats.
    ///   - reach: How far from the entropy the list is complete, in nats.
    /// - Returns: Whether they reach it, all within `reach`.
    mutating func keepTypical(_ share: Double, of total: Double, entropy: Double, reach: Double) -> Bool {
        let expected = Float(log(total) - entropy)
        for index in self.items.indices { self.items[index].rank = -abs(self.items[index].score - expected) }
        let isReached = self.keep(reaching: share * total) { Double($0.weight) }
        return isReached && self.items.allSatisfy { Double(-$0.rank) <= reach }
    }

    /// Drops those less likely than a fraction of the most likely one.
    mutating func keepFraction(_ fraction: Float) {
        let floor = self.highest + logf(fraction)
        self.items.removeAll { $0.score < floor }
    }

    /// Drops those with at least a share of the weight, all but the least likely of them.
    mutating func excludeTopChoices(threshold: Float) {
        guard let survivor = self.lastTopChoice(threshold: threshold, of: self.total) else { return }
        self.items.removeAll { $0.score >= survivor.score && $0.token != survivor.token }
    }

    /// The least likely of those with at least a share of the weight; of equals that with the highest number.
    func lastTopChoice(threshold: Float, of total: Double) -> Candidate? {
        let floor = Double(threshold) * total
        return self.items.reduce(nil as Candidate?) { last, item in
            guard Double(item.weight) >= floor else { return last }
            guard let last, last.score < item.score || (last.score == item.score && last.token > item.token) else {
                return item
            }
            return last
        }
    }

    // MARK: - Drawing

    /// Draws one; nil when there are none.
    mutating func draw(temperature: Float, using generator: inout SeededGenerator) -> Int32? {
        let highest = self.highest
        var total = 0.0
        for index in self.items.indices {
            let weight = expf((self.items[index].score - highest) / temperature)
            self.items[index].weight = weight
            total += Double(weight)
        }
        var rest = Double.random(in: 0..<1, using: &generator) * total
        for item in self.items {
            rest -= Double(item.weight)
            if rest < 0 { return item.token }
        }
        return self.items.first { $0.weight > 0 }?.token
    }

    private var highest: Float { self.items.reduce(-.infinity) { max($0, $1.score) } }

    // MARK: - Selection

    /// Keeps the fewest in the order of ranks whose amounts reach a target, in no particular order; all where they don't.
    @discardableResult
    private mutating func keep(reaching target: Double, _ amount: (Candidate) -> Double) -> Bool {
        let (count, isReached) = self.items.withUnsafeMutableBufferPointer {
            Self.select($0, reaching: target, amount)
        }
        self.items.removeLast(self.items.count - count)
        return isReached
    }

    /// Moves to the front what is kept; as quickselect does, in time that grows with the length alone.
    @inline(__always)
    private static func select(
        _ items: UnsafeMutableBufferPointer<Candidate>, reaching target: Double, _ amount: (Candidate) -> Double
    ) -> (count: Int, isReached: Bool) {
        // Kept: everything before `low`, `sum` in all. Dropped: everything from `high` on.
        var (low, high, sum, isReached) = (0, items.count, 0.0, false)
        // Always the same pivots, so that a seed gives the same text; not the middle, which a distribution might be made for.
        var pivots = SeededGenerator(seed: UInt64(items.count))
        while low < high {
            items.swapAt(Int.random(in: low..<high, using: &pivots), high - 1)
            let pivot = items[high - 1]
            var (store, reached) = (low, sum)
            for index in low..<(high - 1) where items[index].precedes(pivot) {
                reached += amount(items[index])
                items.swapAt(index, store)
                store += 1
            }
            if reached >= target {
                (high, isReached) = (store, true)
                continue
            }
            items.swapAt(store, high - 1)
            (low, sum) = (store + 1, reached + amount(pivot))
            if sum >= target { (high, isReached) = (low, true) }
        }
        return (low, isReached)
    }
}
