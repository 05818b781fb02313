// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import Synchronization

/// What the models of a cascade were asked, and what came of it; safe to read from anywhere.
public final class CascadeStatistics: Sendable {
    /// What came of asking one model.
    public struct Counts: Sendable, Hashable {
        /// How often its answer was taken.
        public var taken = 0
        /// How often it was not sure enough, and the next model was asked.
        public var unsure = 0
        /// How often it failed.
        public var failed = 0
    }

    private struct State {
        var counts: [Counts]
        var alarm: DriftAlarm?
        var chance = SystemRandomNumberGenerator()
    }

    private let state: Mutex<State>

    /// Begins with nothing.
    ///
    /// - Parameter count: The number of models.
    init(models count: Int) {
        self.state = Mutex(State(counts: Array(repeating: Counts(), count: count), alarm: try? DriftAlarm()))
    }

    /// What came of asking each model, the cheapest first.
    public var counts: [Counts] { self.state.withLock { $0.counts } }

    /// Whether how sure the first model is has changed since the cascade began; falsely in 1 of 100 cascades, however long they live.
    public var isDrifting: Bool { self.state.withLock { $0.alarm?.isAlarmed ?? false } }

    /// Counts what came of asking a model.
    func count(_ model: Int, _ outcome: WritableKeyPath<Counts, Int>) {
        self.state.withLock { $0.counts[model][keyPath: outcome] += 1 }
    }

    /// Sees how sure the first model was.
    ///
    /// - Parameter confidence: From 0 to 1.
    func observe(_ confidence: Double) {
        self.state.withLock { state in _ = state.alarm?.observe(confidence, using: &state.chance) }
    }
}
