// SPDX-License-Identifier: Apache-2.0

internal import Experiments
internal import LLMCore
internal import Logging

/// Looks, and what they lead to.
extension ServedExperiments {
    /// Looks at every experiment now, and does at once what that demands.
    package func review() async {
        for served in self.all {
            let wasSettled = served.settled != nil
            let event = self.event(served.review(at: .seconds(self.now())), wasSettled: wasSettled)
            if let event { self.tell(event, of: served) }
            guard let (state, events) = served.unkept(after: event) else { continue }
            do {
                try await self.store.save(state: state, of: served.experiment.name, events)
                served.keep(state, events: events.count)
            } catch {
                self.logger.warning(
                    "Where an experiment stands is not stored; it is tried again after the next look",
                    metadata: ["experiment": "\(served.experiment.name)", "error": "\(error)"])
            }
        }
    }

    private func event(
        _ step: LiveExperiment<SystemRandomNumberGenerator>.Step, wasSettled: Bool
    ) -> ExperimentEvent? {
        guard !wasSettled else { return nil }
        switch step.canary {
        case .advance(let share):
            return ExperimentEvent(.advanced, at: self.now(), note: "\((share * 100).formatted(digits: 3)) %")
        case .promote: return ExperimentEvent(.promoted, at: self.now(), note: step.settled ?? "")
        case .rollBack(let reason): return ExperimentEvent(.rolledBack, at: self.now(), note: reason)
        case .hold, nil:
            guard step.settled != nil else { return nil }
            return ExperimentEvent(.rolledBack, at: self.now(), note: step.review.decision.reason)
        }
    }

    private func tell(_ event: ExperimentEvent, of served: ServedExperiment) {
        self.logger.log(
            level: event.kind == .rolledBack ? .warning : .notice, "Experiment \(event.kind.rawValue)",
            metadata: ["experiment": "\(served.experiment.name)", "reason": "\(event.note)"])
    }
}
