// SPDX-License-Identifier: Apache-2.0

/// Something that is measured once for each unit.
package struct Metric: Sendable, Hashable {
    /// What values there are.
    package enum Kind: String, Sendable, CaseIterable {
        /// 0 or 1.
        case proportion
        /// Any number.
        case mean
    }

    /// Which way is better.
    package enum Goal: String, Sendable, CaseIterable {
        /// More is better.
        case increase
        /// Less is better.
        case decrease

        /// 1 where more is better, else -1.
        package var sign: Double { self == .increase ? 1 : -1 }
    }

    /// Its name, as outcomes call it.
    package var name: String
    /// What values there are.
    package var kind: Kind
    /// Which way is better.
    package var goal: Goal
    /// The name of a value from before the experiment that foretells the metric (CUPED).
    package var covariate: String?
    /// The control's mean as it is expected, for simulations.
    package var baseline: Double?
    /// The standard deviation as it is expected, for simulations of means.
    package var deviation: Double?
    /// The smallest difference that matters, for simulations.
    package var minimumEffect: Double?

    /// Makes a metric.
    package init(name: String, kind: Kind, goal: Goal, covariate: String? = nil) {
        self.name = name
        self.kind = kind
        self.goal = goal
        self.covariate = covariate
    }
}

/// A metric that must not get worse by more than is allowed.
package struct Guardrail: Sendable, Hashable {
    /// The metric's name.
    package var metric: String
    /// What values it has.
    package var kind: Metric.Kind
    /// Which way is better.
    package var goal: Metric.Goal
    /// How much worse an arm's mean may be.
    package var allowed: Double
    /// How much worse it may be as a share of the control's mean, on top of ``allowed``.
    package var relative: Double

    /// Makes a guardrail.
    package init(
        metric: String, kind: Metric.Kind, goal: Metric.Goal, allowed: Double = 0, relative: Double = 0
    ) {
        self.metric = metric
        self.kind = kind
        self.goal = goal
        self.allowed = allowed
        self.relative = relative
    }
}
