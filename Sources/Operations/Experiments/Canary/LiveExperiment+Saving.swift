// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import Synchronization

/// What of a running experiment must outlive the process, besides its units and their outcomes.
extension LiveExperiment {
    /// Where it stands: shares, what is decided, the canary's step, the strongest evidence seen.
    package var saved: JSONValue {
        self.state.withLock { state in
            [
                "weights": .array(state.weights.map { .number($0) }),
                "settled": state.settled.map { .string($0) } ?? .null,
                "canary": state.canary.map(\.phase.json) ?? .null, "evidence": state.monitor.json,
            ]
        }
    }

    /// Goes on where ``saved`` was taken; called before the first unit.
    ///
    /// - Throws: ``ExperimentError`` with code `.unreadable` where it does not belong to this definition.
    package func restore(_ saved: JSONValue) throws {
        let weights = saved["weights"]?.arrayValue?.compactMap(\.numberValue) ?? []
        let settled = saved["settled"]?.stringValue
        let isKnown = settled.map { name in self.experiment.arms.contains { $0.name == name } } ?? true
        guard weights.count == self.experiment.arms.count, weights.allSatisfy({ (0...1).contains($0) }), isKnown else {
            throw self.unreadable
        }
        var canary: CanaryMachine?
        if let plan = self.experiment.canary {
            guard let phase = saved["canary"].flatMap(CanaryMachine.Phase.init(json:)) else { throw self.unreadable }
            canary = CanaryMachine(plan, phase: phase)
        }
        self.state.withLock { state in
            state.canary = canary
            self.begin(Self.step(of: self.experiment, canary), &state)
            state.weights = weights
            state.settled = settled
            state.monitor.restore(saved["evidence"] ?? [:])
        }
    }

    /// Goes on with what was counted before; called before the first unit.
    ///
    /// - Throws: ``ExperimentError`` with code `.incompatible` for a tally of something else.
    package func add(_ tally: Tally) throws { try self.state.withLock { try $0.tally.merge(tally) } }

    /// Gives everybody one arm from now on, whatever analysis says.
    ///
    /// - Throws: ``ExperimentError`` with code `.unknown` if there is no such arm.
    package func settle(_ arm: String) throws {
        let names = self.experiment.arms.map(\.name)
        guard names.contains(arm) else {
            throw ExperimentError(
                .unknown,
                "Experiment '\(self.experiment.name)' has no arm '\(arm)'. \(NearestName.hint(for: arm, in: names))")
        }
        self.state.withLock { $0.settled = arm }
    }

    private var unreadable: ExperimentError {
        ExperimentError(
            .unreadable, "What is stored of experiment '\(self.experiment.name)' does not belong to its definition.")
    }
}

extension CanaryMachine.Phase {
    /// The phase as it is stored; times are seconds.
    package var json: JSONValue {
        switch self {
        case .running(let step, let since):
            ["phase": "running", "step": .integer(step), "since": .number(since / .seconds(1))]
        case .promoted: ["phase": "promoted"]
        case .rolledBack(let reason): ["phase": "rolled-back", "reason": .string(reason)]
        }
    }

    /// Reads a stored phase; nil where it is none.
    init?(json: JSONValue) {
        switch json["phase"]?.stringValue {
        case "running":
            guard let step = json["step"]?.integerValue, (0...100).contains(step),
                let since = json["since"]?.numberValue, abs(since) < 1e12
            else { return nil }
            self = .running(step: step, since: .seconds(since))
        case "promoted": self = .promoted
        case "rolled-back": self = .rolledBack(reason: json["reason"]?.stringValue ?? "")
        default: return nil
        }
    }
}
