// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

/// One line of a benchmark's result.
struct BenchmarkRow: Sendable {
    /// What was measured, as programs that read the result know it.
    let measure: String
    /// What each run gave.
    let samples: [Double]
    /// What the samples are counted in.
    let unit: String
    /// Whether less is better.
    var isLowerBetter = false
    /// The median over something of our own, where that is the point of the measure.
    var ratio: Double?
    /// What else there is to know, by its name in the JSON.
    var details: OrderedDictionary<String, JSONValue> = [:]

    /// The row as JSON reports show it; the peer's side is for others to fill in.
    var json: JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "measure": .string(self.measure), "ours": .number(self.samples.median.rounded(toPlaces: 2)), "peer": nil,
        ]
        if let ratio { members["ratio"] = .number(ratio.rounded(toPlaces: 4)) }
        members["unit"] = .string(self.unit)
        if self.isLowerBetter { members["better"] = "lower" }
        members.merge(self.details) { mine, _ in mine }
        members["samples"] = .array(self.samples.map { .number($0.rounded(toPlaces: 2)) })
        return .object(members)
    }

    /// The row for people.
    var line: String {
        let runs = self.samples.count == 1 ? "1 run" : "median of \(self.samples.count) runs"
        let ratio = self.ratio.map { ", ratio \($0.rounded(toPlaces: 3))" } ?? ""
        return "\(self.measure): \(self.samples.median.rounded(toPlaces: 1)) \(self.unit)\(ratio), \(runs)"
    }
}

extension [Double] {
    /// The middle value, or the mean of the two in the middle; not a number where there are none.
    var median: Double {
        guard !self.isEmpty else { return .nan }
        let ordered = self.sorted()
        return (ordered[(self.count - 1) / 2] + ordered[self.count / 2]) / 2
    }
}
