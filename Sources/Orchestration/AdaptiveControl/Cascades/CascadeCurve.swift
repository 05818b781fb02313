// SPDX-License-Identifier: Apache-2.0

/// What a cascade gives and costs at every threshold, on some records.
public struct CascadeCurve: Sendable {
    /// A threshold with what comes of it.
    public struct Point: Sendable, Hashable {
        /// Answers are taken from this score on; the lowest is always the first decider, `infinity` always the last.
        public let threshold: Double
        /// How many answers are wrong.
        public let errors: Int
        /// What all records cost together.
        public let cost: Double
    }

    /// How many records there are.
    public let count: Int
    /// All thresholds at which something changes, the lowest first.
    public let points: [Point]

    /// Computes the curve; the effort grows with the records' number and its logarithm.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidRecords`.
    public init(_ records: [CascadeRecord]) throws {
        try CascadeRecord.check(records)
        var changes: [(threshold: Double, errors: Int, cost: Double)] = []
        var (errors, cost) = (0, 0.0)
        for record in records {
            errors += record.stages[0].isRight ? 0 : 1
            cost += record.stages[0].cost
            changes += Self.changes(of: record)
        }
        changes.sort { $0.threshold < $1.threshold }
        let first = changes.first?.threshold ?? .infinity
        var points = [Point(threshold: first, errors: errors, cost: cost)]
        for (index, change) in changes.enumerated() {
            errors += change.errors
            cost += change.cost
            // What changes above a score lasts up to the next one.
            let next = index + 1 < changes.count ? changes[index + 1].threshold : .infinity
            if next > change.threshold { points.append(Point(threshold: next, errors: errors, cost: cost)) }
        }
        (self.count, self.points) = (records.count, points)
    }

    /// Where a record's answer passes from one decider to a later one, as the threshold rises.
    private static func changes(of record: CascadeRecord) -> [(threshold: Double, errors: Int, cost: Double)] {
        var (changes, answering, last) = (
            [(threshold: Double, errors: Int, cost: Double)](), 0, record.stages.count - 1
        )
        while answering < last {
            let score = record.stages[answering].score
            let next = record.stages[answering...].firstIndex { $0.score > score } ?? last
            changes.append(
                (
                    score,
                    (record.stages[answering].isRight ? 1 : 0) - (record.stages[next].isRight ? 1 : 0),
                    record.stages[(answering + 1)...next].reduce(0) { $0 + $1.cost }
                ))
            answering = next
        }
        return changes
    }

    /// The point of a threshold.
    public func point(at threshold: Double) -> Point {
        var (low, high) = (0, self.points.count)
        while low < high {
            let middle = (low + high) / 2
            if self.points[middle].threshold < threshold { low = middle + 1 } else { high = middle }
        }
        return self.points[min(low, self.points.count - 1)]
    }

    /// The last point that costs at most so much, as thresholds rise; nil where even the first decider costs more.
    public func point(atCost cost: Double) -> Point? {
        // Cost never falls as the threshold rises.
        var (low, high) = (0, self.points.count)
        while low < high {
            let middle = (low + high) / 2
            if self.points[middle].cost <= cost { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? self.points[low - 1] : nil
    }

    /// The point with the fewest errors, the cheapest of equal ones.
    public var safest: Point {
        self.points.reduce(self.points[0]) { $1.errors < $0.errors ? $1 : $0 }
    }

    /// The share of right answers at a point.
    public func accuracy(at point: Point) -> Double { Double(self.count - point.errors) / Double(self.count) }
}
