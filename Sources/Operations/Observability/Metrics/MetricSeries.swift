// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The value of one combination of labels.
final class MetricCell<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { self.state = Mutex(value) }

    /// The value now.
    var value: Value { self.state.withLock { $0 } }

    /// Changes the value in place: a copy of a histogram for each value would cost.
    func update(_ change: (inout Value) -> Void) { self.state.withLock { change(&$0) } }
}

/// The values of a metric by its labels' values, of which a bounded number are told apart.
final class MetricSeries<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var cells: [[String]: MetricCell<Value>] = [:]
        /// The labels in the order in which they came.
        var order: [[String]] = []
    }

    private let limit: Int
    private let initial: Value
    private let state = Mutex(State())

    init(_ description: MetricDescription, initial: Value) {
        self.limit = description.limit
        self.initial = initial
    }

    /// The value of some labels, which may be a new one; it stays the same.
    func cell(_ labels: [String]) -> MetricCell<Value> {
        self.state.withLock { state in
            if let known = state.cells[labels] { return known }
            var labels = labels
            if state.order.count >= self.limit {
                labels = Array(repeating: MetricDescription.overflow, count: labels.count)
                if let known = state.cells[labels] { return known }
            }
            let cell = MetricCell(self.initial)
            state.order.append(labels)
            state.cells[labels] = cell
            return cell
        }
    }

    /// Labels and values, in the order in which they came.
    var all: [(labels: [String], value: Value)] {
        let state = self.state.withLock { $0 }
        return state.order.compactMap { key in state.cells[key].map { (key, $0.value) } }
    }
}
