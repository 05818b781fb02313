// SPDX-License-Identifier: Apache-2.0

/// A metric with its values at one moment.
package struct MetricSnapshot: Sendable {
    /// Values with the values of their labels.
    package typealias Points<Value> = [(labels: [String], value: Value)]

    /// The values, by the kind of metric.
    package enum Values: Sendable {
        /// What only becomes more.
        case counter(Points<Double>)
        /// What rises and falls.
        case gauge(Points<Double>)
        /// Values by their size.
        case histogram(bounds: [Double], Points<Histogram.Distribution>)
    }

    /// What it is.
    package var description: MetricDescription
    /// What it is now.
    package var values: Values

    init(_ description: MetricDescription, _ values: Values) {
        self.description = description
        self.values = values
    }

    /// The labels of a point that have something to say.
    package func labels(_ values: [String]) -> [(name: String, value: String)] {
        zip(self.description.labels, values).filter { $0.1 != MetricDescription.none }.map { ($0.0, $0.1) }
    }
}

/// What can say what a metric is now.
protocol MetricSource: Sendable {
    var description: MetricDescription { get }
    var snapshot: MetricSnapshot { get }
}
