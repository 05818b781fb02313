// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

extension FieldReader {
    private static let metricKeys = [
        "name", "kind", "goal", "covariate", "baseline", "deviation", "minimum-effect",
    ]

    /// Reads a metric.
    mutating func metric(_ node: SourceNode) -> Metric? {
        let fields = self.fields(of: node, "A metric", required: ["name", "kind", "goal"], known: Self.metricKeys)
        let covariate = self.text(fields["covariate"])
        let (baseline, effect) = (self.number(fields["baseline"]), self.number(fields["minimum-effect"], in: 0...1e12))
        let deviation = self.number(fields["deviation"], in: 0...1e12)
        guard let name = self.text(fields["name"]), let kind = self.choice(fields["kind"], of: Metric.Kind.self),
            let goal = self.choice(fields["goal"], of: Metric.Goal.self)
        else { return nil }
        var metric = Metric(name: name, kind: kind, goal: goal, covariate: covariate)
        metric.baseline = baseline
        metric.deviation = deviation
        metric.minimumEffect = effect
        return metric
    }

    /// Reads a guardrail; what it does not say of its metric is taken from the metrics, or from what the program measures.
    mutating func guardrail(_ node: SourceNode, metrics: [Metric]) -> Guardrail? {
        let fields = self.fields(
            of: node, "A guardrail", required: ["metric"], known: ["metric", "kind", "goal", "allowed", "relative"])
        guard let name = self.text(fields["metric"]) else { return nil }
        let known = metrics.first { $0.name == name } ?? MeasuredOutcome.metrics.first { $0.name == name }
        let kind = self.choice(fields["kind"], of: Metric.Kind.self) ?? known?.kind
        let goal = self.choice(fields["goal"], of: Metric.Goal.self) ?? known?.goal
        guard let kind, let goal else {
            self.note(
                node.place, "The guardrail on '\(name)' needs 'kind' and 'goal', since '\(name)' is no known metric.",
                NearestName.hint(for: name, in: metrics.map(\.name) + MeasuredOutcome.metrics.map(\.name)))
            return nil
        }
        return Guardrail(
            metric: name, kind: kind, goal: goal, allowed: self.number(fields["allowed"], in: 0...1e12) ?? 0,
            relative: self.number(fields["relative"], in: 0...1e6) ?? 0)
    }

    /// Reads how outcomes are judged.
    mutating func analysis(_ node: SourceNode) -> AnalysisSettings {
        let fields = self.fields(
            of: node, "The analysis", known: ["alpha", "tightest-at", "correction", "minimum-units"])
        var settings = AnalysisSettings()
        settings.alpha = self.number(fields["alpha"]) ?? settings.alpha
        settings.tightestAt = self.number(fields["tightest-at"], in: 10...1e12) ?? settings.tightestAt
        settings.correction = self.choice(fields["correction"], of: MultipleTesting.self) ?? settings.correction
        settings.minimumUnits = self.integer(fields["minimum-units"], in: 2...1_000_000_000) ?? settings.minimumUnits
        return settings
    }

    private enum Mode: String, CaseIterable {
        case fixed
        case thompson
        case topTwo = "top-two"
    }

    /// Reads how units are shared out.
    mutating func allocation(_ node: SourceNode) -> Allocation {
        let fields = self.fields(of: node, "The allocation", required: ["mode"], known: ["mode", "delta"])
        let mode = self.choice(fields["mode"], of: Mode.self) ?? .fixed
        if let delta = fields["delta"], mode != .topTwo {
            self.note(delta.place, "'delta' belongs to the mode 'top-two'.", "Leave it out.")
        }
        return switch mode {
        case .fixed: .fixed
        case .thompson: .thompson
        case .topTwo: .topTwo(delta: self.number(fields["delta"]) ?? 0.05)
        }
    }

    /// Reads a canary's plan.
    mutating func canary(_ node: SourceNode) -> CanaryPlan {
        let known = ["steps", "minimum-units", "minimum-time", "maximum-time"]
        let fields = self.fields(of: node, "The canary", known: known)
        var plan = CanaryPlan()
        if let steps = fields["steps"] {
            plan.shares = self.elements(steps).compactMap { self.number($0, in: 0...100) }.map { $0 / 100 }
        }
        plan.minimumUnits = self.integer(fields["minimum-units"], in: 1...1_000_000_000) ?? plan.minimumUnits
        plan.minimumTime = self.duration(fields["minimum-time"], allowsZero: true) ?? plan.minimumTime
        plan.maximumTime = self.duration(fields["maximum-time"], allowsZero: true)
        return plan
    }
}
