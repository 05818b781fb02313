// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Experiment {
    /// The names that no metric may have, since files of outcomes use them.
    package static let reservedColumns = ["unit", "arm"]

    /// Checks that the definition can be meant.
    ///
    /// - Throws: ``ExperimentError`` with code `.invalidDefinition` for the first thing that is wrong.
    package func check() throws {
        if let problem = self.problems.first {
            throw ExperimentError(.invalidDefinition, "Experiment '\(self.name.prefix(200))': \(problem)")
        }
    }

    /// What is wrong, as sentences.
    var problems: [String] {
        self.armProblems + self.shareProblems + self.metricProblems + self.settingProblems
    }

    private var armProblems: [String] {
        var problems: [String] = []
        if self.name.isEmpty { problems.append("it has no name.") }
        // Names go into headers, logs and accounts.
        if let name = ([self.name] + self.arms.map(\.name)).first(where: { !Self.isPrintable($0) }) {
            problems.append("the name '\(name.prefix(40))…' is longer than 200 bytes, or has control characters.")
        }
        if self.arms.count < 2 { problems.append("it needs at least two arms; the first is the control.") }
        if self.arms.count > 100 { problems.append("it has more than 100 arms.") }
        if let twice = Self.duplicate(in: self.arms.map(\.name)) { problems.append("two arms are named '\(twice)'.") }
        if self.arms.contains(where: { $0.name.isEmpty }) { problems.append("an arm has no name.") }
        if let arm = self.arms.first(where: { !($0.weight >= 0 && $0.weight <= 1) }) {
            problems.append("the weight of arm '\(arm.name)' is \(arm.weight); weights are shares from 0 to 1.")
        }
        let sum = self.weights.reduce(0, +)
        if !(abs(sum - 1) <= BucketRanges.tolerance) {
            problems.append("the arms' weights add up to \(sum); make them add up to 1 (or to 100, as percentages).")
        }
        return problems
    }

    private static func isPrintable(_ name: String) -> Bool {
        name.utf8.count <= 200 && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    private var shareProblems: [String] {
        var problems: [String] = []
        if !(0...1).contains(self.coverage) {
            problems.append("the coverage is \(self.coverage); it is a share from 0 to 1.")
        }
        if let space = self.namespace, !(space.lower >= 0 && space.lower < space.upper && space.upper <= 1) {
            problems.append("the namespace's range \(space.lower) to \(space.upper) is no part of 0 to 1.")
        }
        if let holdOut, !(holdOut.share >= 0 && holdOut.share < 1) {
            problems.append("the hold-out's share is \(holdOut.share); it is from 0 up to, but not including, 1.")
        }
        return problems
    }

    private var metricProblems: [String] {
        var problems: [String] = []
        if let twice = Self.duplicate(in: self.metrics.map(\.name)) {
            problems.append("two metrics are named '\(twice)'.")
        }
        for metric in self.measured {
            if metric.name.isEmpty || Self.reservedColumns.contains(metric.name) {
                problems.append("a metric cannot be named '\(metric.name)'.")
            }
            if metric.kind == .proportion, let baseline = metric.baseline, !(0...1).contains(baseline) {
                problems.append("the baseline of '\(metric.name)' is \(baseline); a proportion lies from 0 to 1.")
            }
        }
        for guardrail in self.guardrails {
            if !(guardrail.allowed >= 0 && guardrail.relative >= 0) {
                problems.append("the guardrail on '\(guardrail.metric)' allows less than nothing.")
            }
            if let metric = self.metrics.first(where: { $0.name == guardrail.metric }), metric.kind != guardrail.kind {
                problems.append("the guardrail on '\(guardrail.metric)' takes it for a \(guardrail.kind.rawValue).")
            }
        }
        return problems
    }

    private var settingProblems: [String] {
        var problems: [String] = []
        if !(self.analysis.alpha > 0 && self.analysis.alpha < 0.5) {
            problems.append("alpha is \(self.analysis.alpha); it lies between 0 and 0.5.")
        }
        if !(self.analysis.tightestAt >= 10) { problems.append("'tightest-at' is less than 10 units.") }
        if self.analysis.minimumUnits < 2 { problems.append("'minimum-units' is less than 2.") }
        if case .topTwo(let delta) = self.allocation, !(delta > 0 && delta < 0.5) {
            problems.append("delta is \(delta); it lies between 0 and 0.5.")
        }
        if self.allocation != .fixed, self.metrics.isEmpty {
            problems.append("an adaptive allocation needs a metric; the first one decides.")
        }
        if let canary {
            if self.arms.count != 2 { problems.append("a canary has two arms: what is there, and what takes over.") }
            if self.allocation != .fixed { problems.append("a canary decides the shares; leave 'allocation' out.") }
            problems += canary.problems
        }
        return problems
    }

    private static func duplicate(in names: [String]) -> String? {
        var seen = Set<String>()
        return names.first { !seen.insert($0).inserted }
    }
}
