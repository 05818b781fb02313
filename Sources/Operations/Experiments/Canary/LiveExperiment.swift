// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import Synchronization

/// A running experiment: assigns units, counts outcomes, and does by itself what a look at them demands.
///
/// A broken guardrail takes every unit back to the control at once, whatever a sticky store keeps. A canary goes on step by step,
/// an adaptive allocation moves its shares with every look. Nothing runs in the background: whoever owns it calls ``review(at:)``
/// every so often and tells the time.
package final class LiveExperiment<Generator: RandomNumberGenerator & Sendable>: Sendable {
    struct State {
        /// The experiment as it is now: in a canary, as its step sees it.
        var current: Experiment
        var assigner: Assigner
        var tally: Tally
        var monitor: ExperimentMonitor
        var weights: [Double]
        var canary: CanaryMachine?
        /// The arm that everybody gets, once that is decided.
        var settled: String?
        var generator: Generator
    }

    /// What a look led to.
    package struct Step: Sendable {
        /// What the look showed.
        package var review: Review
        /// What the canary does, where there is one.
        package var canary: CanaryMachine.Action?
        /// The arms' shares from now on.
        package var weights: [Double]
        /// The arm that everybody gets from now on, if that is decided.
        package var settled: String?
    }

    let experiment: Experiment
    let store: (any StickyStore)?
    private let adaptive: AdaptiveAllocation?
    let state: Mutex<State>

    /// Starts an experiment.
    ///
    /// - Parameters:
    ///   - experiment: The definition.
    ///   - store: Remembers in which arm units were.
    ///   - now: The time, on the caller's clock.
    ///   - generator: What adaptive shares are drawn with.
    /// - Throws: ``ExperimentError`` if the definition is wrong.
    package init(
        _ experiment: Experiment, store: (any StickyStore)? = nil, at now: Duration, generator: Generator
    ) throws {
        try experiment.check()
        let canary = experiment.canary.map { CanaryMachine($0, at: now) }
        let first = Self.step(of: experiment, canary)
        self.experiment = experiment
        self.store = store
        self.adaptive = AdaptiveAllocation(experiment)
        self.state = Mutex(
            State(
                current: first, assigner: Assigner(experiment: first, store: store), tally: Tally(first),
                monitor: ExperimentMonitor(first), weights: first.weights, canary: canary, generator: generator))
    }

    /// Puts a unit into an arm and counts it there.
    ///
    /// With a store, a unit that comes again is not counted again; without one, every call is a unit of its own.
    /// - Throws: ``ExperimentError`` for a unit without a name; what the store throws.
    package func assign(_ unit: String, attributes: JSONValue = [:]) async throws -> Assignment {
        let (settled, weights, assigner) = self.state.withLock { ($0.settled, $0.weights, $0.assigner) }
        if let settled {
            let bucket = BucketHash.version2(seed: self.experiment.seed, unit: unit)
            return Assignment(unit: unit, arm: settled, reason: .decided, bucket: bucket)
        }
        let assignment = try await assigner.assign(unit, attributes: attributes, weights: weights)
        if let arm = assignment.arm, assignment.reason == .hashed {
            try self.state.withLock { try $0.tally.expose(arm) }
        }
        return assignment
    }

    /// Counts what came of a unit.
    ///
    /// - Throws: ``ExperimentError`` for an arm or a metric that is not known, or a value that cannot be.
    package func record(_ outcome: Outcome) throws { try self.state.withLock { try $0.tally.record(outcome) } }

    /// The experiment as it is now: in a canary, as its step sees it.
    package var current: Experiment { self.state.withLock { $0.current } }

    /// The arm that everybody gets, once that is decided.
    package var settled: String? { self.state.withLock { $0.settled } }

    /// What is counted so far, in a canary since its step began.
    package var tally: Tally { self.state.withLock { $0.tally } }

    /// Takes a look and does what it demands.
    ///
    /// - Parameter now: The time, on the clock of the initialiser.
    package func review(at now: Duration) -> Step {
        self.state.withLock { state in
            let review = state.monitor.review(state.tally)
            let action = state.settled == nil ? self.advance(&state, review, now) : nil
            if state.settled == nil, state.canary == nil, case .rollBack = review.decision {
                state.settled = self.experiment.arms[0].name
            }
            if let adaptive, state.settled == nil {
                state.weights = adaptive.weights(state.tally, using: &state.generator)
            }
            return Step(review: review, canary: action, weights: state.weights, settled: state.settled)
        }
    }

    private func advance(_ state: inout State, _ review: Review, _ now: Duration) -> CanaryMachine.Action? {
        guard var canary = state.canary else { return nil }
        let action = canary.observe(CanaryMachine.Evidence(review, units: state.tally.exposures[1]), at: now)
        state.canary = canary
        switch action {
        case .hold: break
        case .promote: state.settled = self.experiment.arms[1].name
        case .rollBack: state.settled = self.experiment.arms[0].name
        case .advance:
            self.begin(Self.step(of: self.experiment, canary), &state)
        }
        return action
    }

    /// Begins to assign and to count anew.
    func begin(_ step: Experiment, _ state: inout State) {
        state.current = step
        state.assigner = Assigner(experiment: step, store: self.store)
        state.tally = Tally(step)
        state.monitor = ExperimentMonitor(step)
        state.weights = step.weights
    }

    /// The experiment as one step of its canary sees it.
    static func step(of experiment: Experiment, _ canary: CanaryMachine?) -> Experiment {
        guard let canary else { return experiment }
        var step = experiment
        if case .running(let number, _) = canary.phase { step.step = number }
        step.arms[0].weight = 1 - canary.share
        step.arms[1].weight = canary.share
        step.analysis.alpha /= Double(max(1, canary.plan.comparedSteps))
        return step
    }
}
