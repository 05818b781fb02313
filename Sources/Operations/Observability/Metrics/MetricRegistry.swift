// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The metrics of a program.
///
/// Asking for a metric of a name that is there gives that one, so that parts that measure the same share it.
public final class MetricRegistry: Sendable {
    private let sources = Mutex<[any MetricSource]>([])
    private let updates = Mutex<[@Sendable () async -> Void]>([])
    private let now: @Sendable () -> UInt64
    /// When counting began, in nanoseconds since 1970.
    package let start: UInt64

    /// Makes a registry of nothing.
    ///
    /// - Parameter now: The time in nanoseconds since 1970.
    public init(now: @escaping @Sendable () -> UInt64 = WallTime.now) {
        self.now = now
        self.start = now()
    }

    /// Counts what only becomes more.
    package func counter(_ description: MetricDescription) -> Counter {
        self.source(description) { Counter(description) }
    }

    /// Holds what rises and falls.
    package func gauge(_ description: MetricDescription) -> Gauge { self.source(description) { Gauge(description) } }

    /// Counts values by their size.
    ///
    /// - Parameter bounds: The sizes, which rise.
    package func histogram(_ description: MetricDescription, bounds: [Double]) -> Histogram {
        self.source(description) { Histogram(description, bounds: bounds, now: self.now) }
    }

    /// Asks elsewhere whenever somebody looks.
    ///
    /// - Parameters:
    ///   - isCounter: Whether the values only become more.
    ///   - read: The values with those of their labels.
    package func observe(
        _ description: MetricDescription, isCounter: Bool = false,
        _ read: @escaping @Sendable () -> [(labels: [String], value: Double)]
    ) {
        self.sources.withLock { sources in
            sources.removeAll { $0.description.name == description.name }
            sources.append(ObservedMetric(description: description, isCounter: isCounter, read: read))
        }
    }

    /// Has gauges brought up to date before somebody looks, where that takes waiting.
    package func beforeCollecting(_ update: @escaping @Sendable () async -> Void) {
        self.updates.withLock { $0.append(update) }
    }

    /// All metrics, brought up to date, by name.
    package func collect() async -> [MetricSnapshot] {
        for update in self.updates.withLock({ $0 }) { await update() }
        return self.snapshot
    }

    /// All metrics as they are now, by name.
    package var snapshot: [MetricSnapshot] {
        self.sources.withLock { $0 }.map(\.snapshot).sorted { $0.description.name < $1.description.name }
    }

    private func source<Source: MetricSource>(_ description: MetricDescription, _ make: () -> Source) -> Source {
        self.sources.withLock { sources in
            for case let known as Source in sources where known.description.name == description.name { return known }
            let made = make()
            sources.append(made)
            return made
        }
    }
}
