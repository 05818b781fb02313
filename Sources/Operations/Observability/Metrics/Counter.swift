// SPDX-License-Identifier: Apache-2.0

/// Counts what only becomes more.
package final class Counter: MetricSource {
    private let series: MetricSeries<Double>
    package let description: MetricDescription

    init(_ description: MetricDescription) {
        self.description = description
        self.series = MetricSeries(description, initial: 0)
    }

    /// Adds to the count of some labels; less than nothing is not added.
    package func add(_ amount: Double = 1, _ labels: [String] = []) {
        guard amount > 0 else { return }
        self.series.cell(labels).update { $0 += amount }
    }

    var snapshot: MetricSnapshot {
        MetricSnapshot(self.description, .counter(self.series.all.map { ($0.labels, $0.value) }))
    }
}

/// Holds what rises and falls.
package final class Gauge: MetricSource {
    private let series: MetricSeries<Double>
    package let description: MetricDescription

    init(_ description: MetricDescription) {
        self.description = description
        self.series = MetricSeries(description, initial: 0)
    }

    /// The value of some labels, for those who change it all the time.
    func cell(_ labels: [String]) -> MetricCell<Double> { self.series.cell(labels) }

    /// Sets the value of some labels.
    package func set(_ value: Double, _ labels: [String] = []) {
        self.series.cell(labels).update { $0 = value }
    }

    /// Adds to the value of some labels.
    package func add(_ amount: Double, _ labels: [String] = []) {
        self.series.cell(labels).update { $0 += amount }
    }

    var snapshot: MetricSnapshot {
        MetricSnapshot(self.description, .gauge(self.series.all.map { ($0.labels, $0.value) }))
    }
}

/// Something that is counted or measured elsewhere, and asked for when somebody looks.
struct ObservedMetric: MetricSource {
    let description: MetricDescription
    let isCounter: Bool
    let read: @Sendable () -> [(labels: [String], value: Double)]

    var snapshot: MetricSnapshot {
        var values = self.read().map { ($0.labels, $0.value) }
        if values.count > self.description.limit { values.removeLast(values.count - self.description.limit) }
        return MetricSnapshot(self.description, self.isCounter ? .counter(values) : .gauge(values))
    }
}
