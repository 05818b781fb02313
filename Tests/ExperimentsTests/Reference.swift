// SPDX-License-Identifier: Apache-2.0

import Experiments
import Foundation
import LLMCore
import Testing

/// Values that SciPy computed, by scripts/references/experiment_statistics.py.
enum Reference {
    static func rows(_ keys: String...) throws -> [[JSONValue]] {
        var value = try self.document()
        for key in keys { value = try #require(value[key]) }
        return try #require(value.arrayValue).compactMap(\.arrayValue)
    }

    static func numbers(_ keys: String...) throws -> [[Double]] {
        var value = try self.document()
        for key in keys { value = try #require(value[key]) }
        let rows = try #require(value.arrayValue).compactMap { $0.arrayValue?.compactMap(\.numberValue) }
        try #require(rows.count > 2)
        return rows
    }

    static func document() throws -> JSONValue {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/statistics.json", withExtension: nil))
        return try JSONValue(parsing: try Data(contentsOf: url))
    }

    /// Whether two numbers agree to a share of the larger one.
    static func agrees(_ left: Double, _ right: Double, _ tolerance: Double = 1e-10) -> Bool {
        left == right || abs(left - right) <= tolerance * max(abs(left), abs(right))
    }
}

/// Chance that is the same in every run (xorshift64*).
struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        self.state ^= self.state >> 12
        self.state ^= self.state << 25
        self.state ^= self.state >> 27
        return self.state &* 0x2545_F491_4F6C_DD1D
    }
}

extension Experiment {
    /// A control and an arm, with a proportion that should rise.
    static func pair(_ share: Double = 0.5, metrics: [Metric] = [.accepted]) -> Experiment {
        Experiment(
            name: "pair", arms: [Arm("control", weight: 1 - share), Arm("new", weight: share)], metrics: metrics)
    }
}

extension Metric {
    static let accepted = Metric(name: "accepted", kind: .proportion, goal: .increase)
    static let latency = Metric(name: "latency", kind: .mean, goal: .decrease)

    /// The metric with what simulations need.
    func expecting(_ baseline: Double, deviation: Double? = nil) -> Metric {
        var metric = self
        metric.baseline = baseline
        metric.deviation = deviation
        return metric
    }
}
