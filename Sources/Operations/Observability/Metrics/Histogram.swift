// SPDX-License-Identifier: Apache-2.0

/// Counts measured values by their size, and remembers the trace of one of each size.
package final class Histogram: MetricSource {
    /// The values of one combination of labels.
    package struct Distribution: Sendable {
        /// How many values were at most each bound, and above the one before; the last are above all bounds.
        package var counts: [Int]
        /// The sum of all values.
        package var sum = 0.0
        /// The last value of each size that was measured in a trace that is kept.
        package var exemplars: [Exemplar?]

        /// Nothing yet.
        init(size: Int) {
            self.counts = Array(repeating: 0, count: size)
            self.exemplars = Array(repeating: nil, count: size)
        }

        /// How many values there are.
        package var count: Int { self.counts.reduce(0, +) }
    }

    package let description: MetricDescription
    /// The bounds, which rise.
    package let bounds: [Double]
    private let series: MetricSeries<Distribution>
    private let now: @Sendable () -> UInt64

    init(_ description: MetricDescription, bounds: [Double], now: @escaping @Sendable () -> UInt64) {
        self.description = description
        self.bounds = bounds
        self.series = MetricSeries(description, initial: Distribution(size: bounds.count + 1))
        self.now = now
    }

    /// Counts a value.
    ///
    /// - Parameter trace: Where it was measured; it is remembered where the trace is kept.
    package func record(_ value: Double, _ labels: [String] = [], trace: TraceContext? = .current) {
        if value.isFinite { self.record(value, in: self.series.cell(labels), trace: trace) }
    }

    /// The values of some labels, for those who count all the time.
    func cell(_ labels: [String]) -> MetricCell<Distribution> { self.series.cell(labels) }

    /// Counts a value.
    func record(_ value: Double, in cell: MetricCell<Distribution>, trace: TraceContext?) {
        guard value.isFinite else { return }
        let bucket = self.bucket(of: value)
        let exemplar = trace.flatMap { trace in
            trace.isSampled ? Exemplar(value: value, trace: trace, time: self.now()) : nil
        }
        cell.update { distribution in
            distribution.counts[bucket] += 1
            distribution.sum += value
            if let exemplar { distribution.exemplars[bucket] = exemplar }
        }
    }

    /// The first bound that the value does not exceed.
    private func bucket(of value: Double) -> Int {
        var (low, high) = (0, self.bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if self.bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    var snapshot: MetricSnapshot {
        MetricSnapshot(
            self.description,
            .histogram(bounds: self.bounds, self.series.all.map { ($0.labels, $0.value) }))
    }
}
