// SPDX-License-Identifier: Apache-2.0

/// The values of a metric by its labels' values, of which a bounded number are told apart.
struct MetricSeries<Value: Sendable>: Sendable {
    let description: MetricDescription
    private(set) var values: [[String]: Value] = [:]
    /// The labels in the order in which they came.
    private var order: [[String]] = []

    init(_ description: MetricDescription) { self.description = description }

    /// Changes the value of some labels, which may be a new one.
    mutating func update(_ labels: [String], new: @autoclosure () -> Value, _ change: (inout Value) -> Void) {
        var labels = labels
        if self.values[labels] == nil {
            if self.order.count >= self.description.limit {
                labels = Array(repeating: MetricDescription.overflow, count: labels.count)
            }
            if self.values[labels] == nil {
                self.order.append(labels)
                self.values[labels] = new()
            }
        }
        // In place: a copy of a histogram for each value would cost.
        self.values.modify(labels, change)
    }

    /// Labels and values, in the order in which they came.
    var all: [(labels: [String], value: Value)] { self.order.compactMap { key in self.values[key].map { (key, $0) } } }
}

extension Dictionary {
    /// Changes the value of a key, if there is one, in place.
    fileprivate mutating func modify(_ key: Key, _ change: (inout Value) -> Void) {
        if let index = self.index(forKey: key) { change(&self.values[index]) }
    }
}
