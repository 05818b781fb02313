// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Makes outcomes of one metric, as its definition expects them.
package struct OutcomeModel: Sendable, Hashable {
    /// The metric.
    package let metric: Metric
    /// The control's mean.
    package let baseline: Double
    /// A mean's standard deviation.
    package let deviation: Double

    /// Takes baseline and deviation out of a metric.
    ///
    /// - Throws: ``ExperimentError`` if the metric does not give them.
    package init(_ metric: Metric) throws {
        guard let baseline = metric.baseline, metric.kind == .proportion || (metric.deviation ?? 0) > 0 else {
            throw ExperimentError(
                .invalidDefinition,
                "Simulating '\(metric.name)' needs its 'baseline'\(metric.kind == .mean ? " and its 'deviation'" : "")."
            )
        }
        self.metric = metric
        self.baseline = baseline
        self.deviation = metric.deviation ?? 0
    }

    /// One observation's variance for an arm that differs from the control by an effect.
    package func variance(effect: Double) -> Double {
        guard self.metric.kind == .proportion else { return self.deviation * self.deviation }
        let rate = min(1, max(0, self.baseline + effect))
        return rate * (1 - rate)
    }

    /// A value for an arm that differs from the control by an effect.
    package func draw(effect: Double, using generator: inout some RandomNumberGenerator) -> Double {
        switch self.metric.kind {
        case .proportion: Variates.unit(using: &generator) < self.baseline + effect ? 1 : 0
        case .mean: self.baseline + effect + self.deviation * Variates.normal(using: &generator)
        }
    }
}
