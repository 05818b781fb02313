// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Counts what only becomes more.
package final class Counter: MetricSource {
    private let series: Mutex<MetricSeries<Double>>
    package let description: MetricDescription

    init(_ description: MetricDescription) {
        self.description = description
        self.series = Mutex(MetricSeries(description))
    }

    /// Adds to the count of some labels; less than nothing is not added.
    package func add(_ amount: Double = 1, _ labels: [String] = []) {
        guard amount > 0 else { return }
        self.series.withLock { $0.update(labels, new: 0) { $0 += amount } }
    }

    var snapshot: MetricSnapshot {
        MetricSnapshot(self.description, .counter(self.series.withLock { $0.all }.map { ($0.labels, $0.value) }))
    }
}

/// Holds what rises and falls.
package final class Gauge: MetricSource {
    private let series: Mutex<MetricSeries<Double>>
    package let description: MetricDescription

    init(_ description: MetricDescription) {
        self.description = description
        self.series = Mutex(MetricSeries(description))
    }

    /// Sets the value of some labels.
    package func set(_ value: Double, _ labels: [String] = []) {
        self.series.withLock { $0.update(labels, new: 0) { $0 = value } }
    }

    /// Adds to the value of some labels.
    package func add(_ amount: Double, _ labels: [String] = []) {
        self.series.withLock { $0.update(labels, new: 0) { $0 += amount } }
    }

    var snapshot: MetricSnapshot {
        MetricSnapshot(self.description, .gauge(self.series.withLock { $0.all }.map { ($0.labels, $0.value) }))
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
