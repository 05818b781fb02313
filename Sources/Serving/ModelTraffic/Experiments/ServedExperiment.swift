// SPDX-License-Identifier: Apache-2.0

package import Experiments
package import LLMCore
internal import Synchronization

/// An experiment whose name answers as a model.
package final class ServedExperiment: Sendable {
    /// What it is.
    package let experiment: Experiment
    /// The definition, as it was written.
    package let definition: String
    let live: LiveExperiment<SystemRandomNumberGenerator>
    private let arms: [String: ArmSettings]
    private let latest = Mutex<Review?>(nil)
    private let kept: Mutex<Kept>

    /// What the store has of where it stands, and what it lacks.
    private struct Kept {
        var state: JSONValue
        var events: [ExperimentEvent] = []
    }

    /// Prepares an experiment.
    ///
    /// - Parameters:
    ///   - definition: The definition, as it was written.
    ///   - store: Remembers units.
    ///   - now: The time, since 1970.
    /// - Throws: ``ExperimentError`` for a definition that is wrong, or cannot be served.
    init(_ experiment: Experiment, definition: String, store: any StickyStore, at now: Duration) throws {
        self.experiment = experiment
        self.definition = definition
        self.arms = Dictionary(
            uniqueKeysWithValues: try experiment.arms.map { ($0.name, try ArmSettings($0)) })
        self.live = try LiveExperiment(
            experiment, store: store, at: now, generator: SystemRandomNumberGenerator())
        self.kept = Mutex(Kept(state: .null))
    }

    /// The models that its arms name.
    var models: Set<String> { Set(self.arms.values.map(\.model)) }

    /// What an arm says of requests; nil is whoever takes no part, and gets what everybody gets.
    func settings(of arm: String?) -> ArmSettings? { self.arms[arm ?? self.experiment.arms[0].name] }

    /// Takes a look, and does what it demands.
    func review(at now: Duration) -> LiveExperiment<SystemRandomNumberGenerator>.Step {
        let step = self.live.review(at: now)
        self.latest.withLock { $0 = step.review }
        return step
    }

    /// What the store lacks: where the experiment stands, and what happened to it; nil where it lacks nothing.
    func unkept(after event: ExperimentEvent?) -> (state: JSONValue, events: [ExperimentEvent])? {
        let state = self.live.saved
        return self.kept.withLock { kept in
            if let event { kept.events.append(event) }
            return kept.state == state && kept.events.isEmpty ? nil : (state, kept.events)
        }
    }

    /// Notes what the store has now.
    func keep(_ state: JSONValue, events: Int) {
        self.kept.withLock { kept in
            kept.state = state
            kept.events.removeFirst(min(events, kept.events.count))
        }
    }

    /// The arm that everybody gets, once that is decided.
    package var settled: String? { self.live.settled }

    /// All that is known of it, as programs read it.
    package var json: JSONValue {
        let (tally, saved) = (self.live.tally, self.live.saved)
        let weights = saved["weights"]?.arrayValue ?? []
        let arms = self.experiment.arms.enumerated().map { index, arm -> JSONValue in
            [
                "name": .string(arm.name), "weight": .number(arm.weight),
                "share": index < weights.count ? weights[index] : .null,
                "units": .integer(tally.exposures[index]), "settings": arm.settings,
                "metrics": JSONValue(
                    sorted: tally.moments.mapValues { moments in
                        [
                            "count": .integer(moments[index].count),
                            "mean": moments[index].count > 0 ? .number(moments[index].mean) : .null,
                        ]
                    }),
            ]
        }
        return [
            "name": .string(self.experiment.name), "version": .integer(self.experiment.version),
            "settled": self.settled.map { .string($0) } ?? .null, "canary": saved["canary"] ?? .null,
            "arms": .array(arms), "review": self.latest.withLock { $0?.json } ?? .null,
        ]
    }
}
