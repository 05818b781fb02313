// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// An experiment: who takes part, what they get, what is measured, and how it is decided.
///
/// The first arm is the control. A definition from YAML is checked as it is read; one that is made in Swift by ``check()``.
package struct Experiment: Sendable {
    /// Its name.
    package var name: String
    /// What units are hashed with; experiments with the same seed put the same units together.
    package var seed: String
    /// Raised when everybody should be assigned anew in spite of what a sticky store keeps.
    package var version: Int
    /// The arms; the first is the control.
    package var arms: [Arm]
    /// The share of units that take part, 0 to 1.
    package var coverage: Double
    /// Where in a namespace the experiment lies, so that it shares no units with its neighbours.
    package var namespace: NamespaceRange?
    /// Who is kept out for comparison.
    package var holdOut: HoldOut?
    /// Who takes part.
    package var condition: TargetingCondition?
    /// What decides.
    package var metrics: [Metric]
    /// What must not get worse.
    package var guardrails: [Guardrail]
    /// How outcomes are judged.
    package var analysis: AnalysisSettings
    /// How units are shared out while it runs.
    package var allocation: Allocation
    /// By which steps the second arm takes over.
    package var canary: CanaryPlan?
    /// In which of these steps this is; each step keeps and counts units by itself.
    package var step = 0

    /// Makes an experiment of arms and metrics; the seed is its name where none is given.
    package init(name: String, seed: String? = nil, arms: [Arm], metrics: [Metric] = []) {
        self.name = name
        self.seed = seed ?? name
        self.version = 0
        self.arms = arms
        self.coverage = 1
        self.metrics = metrics
        self.guardrails = []
        self.analysis = AnalysisSettings()
        self.allocation = .fixed
    }

    /// The arms' shares.
    package var weights: [Double] { self.arms.map(\.weight) }

    /// What a sticky store keeps units under.
    package var stickyKey: String {
        "\(self.name)__\(self.version)\(self.step > 0 ? "/\(self.step)" : "")"
    }

    /// The metric of a name: one that decides, or one that only a guardrail watches.
    package func metric(named name: String) -> Metric? { self.measured.first { $0.name == name } }

    /// Every metric that outcomes may have: those that decide, and those of guardrails.
    package var measured: [Metric] {
        var all = self.metrics
        for guardrail in self.guardrails where !all.contains(where: { $0.name == guardrail.metric }) {
            all.append(Metric(name: guardrail.metric, kind: guardrail.kind, goal: guardrail.goal))
        }
        return all
    }
}

/// One of the things that are compared.
package struct Arm: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its share of the units, 0 to 1.
    package var weight: Double
    /// What whoever runs the arm needs to know: a model, a prompt, options.
    package var settings: JSONValue

    /// Makes an arm.
    package init(_ name: String, weight: Double, settings: JSONValue = [:]) {
        self.name = name
        self.weight = weight
        self.settings = settings
    }
}

/// How units are shared out among arms.
package enum Allocation: Sendable, Hashable {
    /// By the arms' weights, all the time.
    case fixed
    /// By the probability that an arm is the best.
    case thompson
    /// So that the best arm is known soonest, wrongly with probability `delta` at most.
    case topTwo(delta: Double)
}

/// How outcomes are judged.
package struct AnalysisSettings: Sendable, Hashable {
    /// The probability of finding what is not there.
    package var alpha = 0.05
    /// At how many units of two arms a decision is expected; GrowthBook's N*.
    package var tightestAt = 5_000.0
    /// How several metrics and arms are corrected for.
    package var correction = MultipleTesting.holm
    /// Nothing is judged before each arm has this many units.
    package var minimumUnits = 100

    /// The defaults.
    package init() {}
}
