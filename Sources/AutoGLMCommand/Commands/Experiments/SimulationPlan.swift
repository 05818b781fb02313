// SPDX-License-Identifier: Apache-2.0

internal import Experiments
internal import InferenceEngine
internal import LLMCore

/// What is simulated of a definition, and how it is told.
struct SimulationPlan {
    /// The result for people and for programs.
    struct Report {
        var lines: [String]
        var json: JSONValue
    }

    let experiment: Experiment
    let model: OutcomeModel
    let effect: Double
    let runs: Int
    /// The most units a run may have, where that was asked for.
    let limit: Int?

    /// Two arms at fixed shares, without and with the effect.
    func sequential(_ generator: inout SeededGenerator) -> Report {
        let settings = self.experiment.analysis
        let both = self.experiment.weights[0] + self.experiment.weights[1]
        let share = both > 0 ? self.experiment.weights[1] / both : 0.5
        let fixed = self.fixedUnits(share)
        let units = self.limit ?? Int(min(100_000_000, 2 * fixed.rounded(.up)))
        let plan = SequentialSimulation.Plan(runs: self.runs, units: units, lookEvery: max(1, units / 200))
        let simulation = SequentialSimulation(self.model, settings: settings, share: share)
        let none = simulation.run(effect: 0, plan, using: &generator)
        let some = simulation.run(effect: self.effect, plan, using: &generator)
        let name = self.model.metric.name
        var lines = [
            "\(self.experiment.name): \(name), \(self.experiment.arms[1].name) against \(self.experiment.arms[0].name), "
                + "\(self.runs) runs of \(units) units, 200 looks each",
            "",
            "effect".padding(to: 12) + "found".padding(to: 10) + "wrong sign".padding(to: 13)
                + "median units".padding(to: 15) + "mean units".padding(to: 13) + "z-test, peeking".padding(to: 18)
                + "z-test, at the end",
        ]
        for (effect, report) in [(0, none), (self.effect, some)] { lines.append(Self.row(effect, report)) }
        lines += [
            "",
            "A fixed test finds \(self.effect.formatted(digits: 3)) in 80 % of cases with \(Int(fixed.rounded(.up))) units.",
        ]
        return Report(
            lines: lines,
            json: [
                "experiment": .string(self.experiment.name), "metric": .string(name), "runs": .integer(self.runs),
                "units": .integer(units), "fixed_units": .number(fixed.rounded(.up)),
                "without_effect": Self.json(0, none), "with_effect": Self.json(self.effect, some),
            ])
    }

    /// All arms at adaptive shares, beside the other ways of sharing out.
    func bestArm(_ generator: inout SeededGenerator) -> Report {
        let arms = self.experiment.arms.count
        let effects = (0..<arms).map { $0 == 1 ? self.effect : 0 }
        let delta =
            if case .topTwo(let delta) = self.experiment.allocation { delta } else { self.experiment.analysis.alpha }
        let units = self.limit ?? Int(min(10_000_000, 4 * Double(arms) * self.fixedUnits(0.5).rounded(.up)))
        let simulation = BestArmSimulation(
            self.model, effects: effects, delta: delta, settings: self.experiment.analysis)
        var lines = [
            "\(self.experiment.name): \(self.experiment.arms[1].name) is better by \(abs(self.effect).formatted(digits: 3)) in "
                + "\(self.model.metric.name); \(self.runs) runs of \(units) units at most, wrong in \(delta) at most",
            "",
            "allocation".padding(to: 18) + "right".padding(to: 10) + "wrong".padding(to: 10)
                + "mean units".padding(to: 14)
                + "regret",
        ]
        var rows: [JSONValue] = []
        for rule in BestArmSimulation.Rule.allCases {
            let report = simulation.run(rule, runs: self.runs, units: units, lookEvery: 50, using: &generator)
            lines.append(
                rule.rawValue.padding(to: 18) + Self.percent(report.right).padding(to: 10)
                    + Self.percent(report.wrong).padding(to: 10) + "\(Int(report.meanUnits))".padding(to: 14)
                    + report.meanRegret.formatted(digits: 3))
            rows.append([
                "allocation": .string(rule.rawValue), "right": .number(report.right), "wrong": .number(report.wrong),
                "mean_units": .number(report.meanUnits), "mean_regret": .number(report.meanRegret),
            ])
        }
        return Report(
            lines: lines,
            json: [
                "experiment": .string(self.experiment.name), "metric": .string(self.model.metric.name),
                "runs": .integer(self.runs), "units": .integer(units), "delta": .number(delta), "rows": .array(rows),
            ])
    }

    private func fixedUnits(_ share: Double) -> Double {
        FixedHorizon.units(
            effect: self.effect, variances: (self.model.variance(effect: 0), self.model.variance(effect: self.effect)),
            shares: (1 - share, share), alpha: self.experiment.analysis.alpha, power: 0.8)
    }

    private static func row(_ effect: Double, _ report: SequentialSimulation.Report) -> String {
        effect.formatted(digits: 3).padding(to: 12) + self.percent(report.found).padding(to: 10)
            + self.percent(report.wrongSign).padding(to: 13)
            + (report.medianUnits.map { "\(Int($0))" } ?? "-").padding(to: 15)
            + "\(Int(report.meanUnits))".padding(to: 13) + self.percent(report.foundByPeeking).padding(to: 18)
            + self.percent(report.foundAtEnd)
    }

    private static func json(_ effect: Double, _ report: SequentialSimulation.Report) -> JSONValue {
        [
            "effect": .number(effect), "found": .number(report.found), "wrong_sign": .number(report.wrongSign),
            "interval_missed": .number(report.missed), "median_units": report.medianUnits.map { .number($0) } ?? nil,
            "mean_units": .number(report.meanUnits), "found_by_peeking": .number(report.foundByPeeking),
            "found_at_end": .number(report.foundAtEnd),
        ]
    }

    private static func percent(_ share: Double) -> String { "\((share * 100).formatted(digits: 3)) %" }
}
