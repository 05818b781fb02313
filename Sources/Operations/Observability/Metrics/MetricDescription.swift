// SPDX-License-Identifier: Apache-2.0

/// What a metric is: its name, its unit, and by what its values are told apart.
package struct MetricDescription: Sendable, Hashable {
    /// The name after OpenTelemetry, such as `http.server.request.duration`.
    package var name: String
    /// What it measures, in a sentence.
    package var help: String
    /// The unit after UCUM, such as `s` or `{token}`; empty for none.
    package var unit: String
    /// The names of the labels.
    package var labels: [String]
    /// How many combinations of labels' values are told apart; what comes after has ``overflow`` for each.
    package var limit: Int

    /// Describes a metric.
    package init(_ name: String, help: String, unit: String = "", labels: [String] = [], limit: Int = 500) {
        self.name = name
        self.help = help
        self.unit = unit
        self.labels = labels
        self.limit = limit
    }

    /// The value that stands for all that are not told apart.
    package static let overflow = "(others)"

    /// The value of a label where there is nothing to say; the label is left out then.
    package static let none = ""
}
